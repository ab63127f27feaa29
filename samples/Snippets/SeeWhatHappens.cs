using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace Snippets;

/// <summary>The code of docs/reference/telemetry.md.</summary>
internal static class SeeWhatHappens
{
    public static void WithOpenTelemetry(IServiceCollection services)
    {
        // begin-snippet: opentelemetry
        services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(LoadBalancingTelemetry.MeterName))
            .WithTracing(tracing => tracing
                .AddSource(LoadBalancingTelemetry.ActivitySourceName)
                .AddSource("System.Net.Http"));
        // end-snippet
        services.AddLoadBalancedHttpClient("catalog");
    }

    public static void WithoutEndpoints(IServiceCollection services)
    {
        services.AddOpenTelemetry()
            .WithMetrics(metrics =>
            {
                // begin-snippet: drop-endpoints
                metrics.AddView("loadbalancing.client.endpoint.*", MetricStreamConfiguration.Drop);
                // end-snippet
            });
        services.AddLoadBalancedHttpClient("catalog");
    }

    public static void Observe(IServiceProvider provider)
    {
        // begin-snippet: observe
        LoadBalancer catalog = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
        using IDisposable subscription = catalog.Subscribe(new Pager());
        // end-snippet
    }

    public static async Task AskAsync(HttpClient http)
    {
        // begin-snippet: ask-response
        using HttpResponseMessage response = await http.GetAsync("/items/42");
        if (response.GetUpstream() is { } upstream)
        {
            Console.WriteLine(
                $"{upstream.Endpoint} responded to attempt {upstream.AttemptCount}; tried endpoints: {string.Join(", ", upstream.TriedEndpoints)}");
        }
        // end-snippet
    }

    // begin-snippet: observer
    internal sealed class Pager : LoadBalancerObserver
    {
        public override void OnEjected(EjectionEvent ejection) =>
            Console.WriteLine(
                $"{ejection.Endpoint} ejected for {ejection.Duration}: {ejection.FailureCount} of {ejection.AttemptCount} failed ({ejection.Detector})");

        public override void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset timestamp) =>
            Console.WriteLine($"{endpoint} restored, by {cause}");
    }
    // end-snippet
}
