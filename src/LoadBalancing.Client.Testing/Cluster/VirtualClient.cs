using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client;

/// <summary>A load-balanced client of a <see cref="VirtualCluster"/>, in its own container, as if it were a separate process.</summary>
public sealed class VirtualClient : IDisposable
{
    private readonly VirtualCluster _cluster;
    private readonly ServiceProvider _services;
    private readonly Lazy<HttpClient> _http;

    internal VirtualClient(VirtualCluster cluster, string name, RandomSource random, Action<LoadBalancingOptions>? configure)
    {
        _cluster = cluster;
        Name = name;
        var services = new ServiceCollection();
        services.AddSingleton(random);
        services.AddLoadBalancedHttpClient(name, options => configure?.Invoke(options)).UseVirtualCluster(cluster);
        _services = services.BuildServiceProvider();
        _http = new Lazy<HttpClient>(() => _services.GetRequiredService<IHttpClientFactory>().CreateClient(name));
        Balancer = _services.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(name);
    }

    /// <summary>The name of the client and of its service.</summary>
    public string Name { get; }

    /// <summary>Its load balancer.</summary>
    public LoadBalancer Balancer { get; }

    /// <summary>Its <see cref="HttpClient"/>.</summary>
    public HttpClient Http => _http.Value;

    /// <summary>Its container.</summary>
    public IServiceProvider Services => _services;

    /// <summary>Picks an endpoint, calls it without HTTP, reports the outcome and ends the lease.</summary>
    /// <param name="timeout">The timeout; null: none.</param>
    /// <returns>The outcome of the attempt.</returns>
    public async ValueTask<AttemptOutcome> CallAsync(TimeSpan? timeout = null)
    {
        using EndpointLease lease = Balancer.Pick();
        AttemptOutcome outcome = await _cluster.CallAsync(lease.Endpoint, timeout).ConfigureAwait(false);
        lease.End(outcome);
        return outcome;
    }

    /// <inheritdoc/>
    public void Dispose() => _services.Dispose();
}
