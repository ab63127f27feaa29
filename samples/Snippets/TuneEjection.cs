using LoadBalancing.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

/// <summary>The code of docs/how-to/tune-ejection.md.</summary>
internal static class TuneEjection
{
    public static void ShowEndpoints(IEndpointRouteBuilder app)
    {
        // begin-snippet: who-is-out
        app.MapGet("/upstreams", ([FromKeyedServices("catalog")] LoadBalancer catalog) => catalog.Endpoints.Select(endpoint => new
        {
            Address = endpoint.ToString(),
            Health = endpoint.Health.ToString(),
            endpoint.HealthReason,
            endpoint.EjectedUntil,
            endpoint.InFlight,
            endpoint.SuccessCount,
            endpoint.FailureCount,
        }));
        // end-snippet
    }

    public static void AllowTwoOfThree(IServiceCollection services)
    {
        // begin-snippet: ejection-two-of-three
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1:8080", "http://10.0.0.2:8080", "http://10.0.0.3:8080"];
            options.OutlierDetection.MaxEjectionPercent = 67;
            options.Panic.ThresholdPercent = 33;
        });
        // end-snippet
    }

    public static void Off(IServiceCollection services)
    {
        // begin-snippet: ejection-off
        services.AddLoadBalancedHttpClient("catalog")
            .Configure(options => options.OutlierDetection.ConsecutiveErrors = 0);
        // end-snippet
    }
}
