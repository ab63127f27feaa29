using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

/// <summary>The code of docs/how-to/run-under-aspire.md.</summary>
internal static class RunUnderAspire
{
    public static void Template(IServiceCollection services)
    {
        // begin-snippet: aspire-template
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
        // end-snippet
    }

    public static void OneClient(IServiceCollection services)
    {
        Template(services);

        // begin-snippet: aspire-one-client
        services.AddSingleton<DiscoveredEndpoints>();
        services.AddLoadBalancedHttpClient("catalog", options => options.Retry.MaxRetries = 0)
            .AddEndpointSource<DiscoveredEndpoints>();
        // end-snippet
    }

    public static void AllClients(IServiceCollection services)
    {
        // begin-snippet: aspire-all-clients
        services.AddServiceDiscovery();
        services.AddSingleton<DiscoveredEndpoints>();
        services.ConfigureHttpClientDefaults(http =>
        {
            http.AddServiceDiscovery();
            http.AddLoadBalancing().AddEndpointSource<DiscoveredEndpoints>();
        });
        // end-snippet
    }
}
