using LoadBalancing.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Snippets;

/// <summary>The code of docs/how-to/configure-and-reload.md.</summary>
internal static class ConfigureAndReload
{
    public static void Layers(IServiceCollection services, IConfiguration configuration)
    {
        // begin-snippet: configure-layers
        services.ConfigureHttpClientDefaults(http => http.AddLoadBalancing(options => options.Timeout = TimeSpan.FromSeconds(10)));

        services.AddLoadBalancedHttpClient("catalog")
            .Configure(configuration.GetSection("Overrides:catalog"))
            .Configure(options => options.OutlierDetection.MaxEjectionPercent = 30)
            .Configure((options, provider) =>
            {
                if (provider.GetRequiredService<IHostEnvironment>().IsDevelopment())
                {
                    options.Timeout = Timeout.InfiniteTimeSpan;
                }
            });
        // end-snippet
    }

    public static void PrintState(IServiceProvider provider)
    {
        // begin-snippet: read-state
        LoadBalancer catalog = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
        foreach (UpstreamEndpoint endpoint in catalog.Endpoints)
        {
            Console.WriteLine(
                $"{endpoint}: {endpoint.Health} {endpoint.HealthReason}, {endpoint.InFlight} in flight, "
                + $"{endpoint.SuccessCount} good, {endpoint.FailureCount} bad");
        }
        // end-snippet
    }

    public static async Task SendTwiceAllowedAsync(HttpClient catalog, HttpContent order)
    {
        // begin-snippet: set-idempotent
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = order };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        request.LoadBalancing().Idempotent();
        using HttpResponseMessage response = await catalog.SendAsync(request);
        // end-snippet
    }
}
