using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.ServiceDiscovery;

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

// begin-snippet: discovery-source
/// <summary>The endpoints that Microsoft's service discovery knows.</summary>
internal sealed class DiscoveredEndpoints(ServiceEndpointResolver resolver) : IEndpointSource
{
    public string Name => "service-discovery";

    public async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(
        string serviceName,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            ServiceEndpointSource found = await resolver.GetEndpointsAsync($"https+http://{serviceName}", cancellationToken);
            yield return [.. found.Endpoints.Select(Describe)];

            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (found.ChangeToken.RegisterChangeCallback(static state => ((TaskCompletionSource)state!).TrySetResult(), changed))
            {
                await changed.Task.WaitAsync(cancellationToken);
            }
        }
    }

    private static EndpointDescription Describe(ServiceEndpoint endpoint)
    {
        // Written with a scheme in configuration it has one; else it is a host, perhaps with a port.
        string text = endpoint.ToString()!;
        var address = new Uri(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}");
        return new EndpointDescription(address.ToString()) { Hostname = address.Host };
    }
}
// end-snippet
