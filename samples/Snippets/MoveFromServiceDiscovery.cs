using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;

namespace Snippets;

/// <summary>The code of docs/how-to/move-from-service-discovery.md.</summary>
internal static class MoveFromServiceDiscovery
{
    public static void Before(IServiceCollection services)
    {
        // begin-snippet: before-service-discovery
        services.AddServiceDiscovery();
        IHttpClientBuilder catalog = services.AddHttpClient("catalog", client => client.BaseAddress = new Uri("https+http://catalog"));
        catalog.AddStandardResilienceHandler(options =>
        {
            options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(15);
            options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(3);
            options.Retry.MaxRetryAttempts = 2;
            options.Retry.DisableForUnsafeHttpMethods();
        });
        catalog.AddServiceDiscovery();
        // end-snippet
    }

    public static void After(IServiceCollection services)
    {
        // begin-snippet: after-service-discovery
        services.AddLoadBalancedHttpClient("catalog");
        // end-snippet
    }

    public static void KeepDiscovery(IServiceCollection services)
    {
        // begin-snippet: register-discovery-source
        services.AddServiceDiscovery();
        services.AddSingleton<DiscoveredEndpoints>();
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Timeout = TimeSpan.FromSeconds(15);
            options.Retry.PerTryTimeout = TimeSpan.FromSeconds(3);
        }).AddEndpointSource<DiscoveredEndpoints>();
        // end-snippet
    }

    public static void InsideTheDefaults(IServiceCollection services)
    {
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http => http.AddStandardResilienceHandler());

#pragma warning disable EXTEXP0001 // RemoveAllResilienceHandlers is marked experimental by its package.
        // begin-snippet: own-http-client-timeout
        services.AddLoadBalancedHttpClient("catalog")
            .RemoveAllResilienceHandlers()
            .ConfigureHttpClient(client => client.Timeout = TimeSpan.FromSeconds(100));
        // end-snippet
#pragma warning restore EXTEXP0001
    }
}
