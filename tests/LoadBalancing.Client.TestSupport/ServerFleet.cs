using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.TestSupport;

/// <summary>Several servers, virtual or real, that can fail in the same ways, to compare both kinds.</summary>
public abstract class ServerFleet : IAsyncDisposable
{
    public const string ServiceName = "trial";

    public abstract TimeProvider Clock { get; }

    public abstract IReadOnlyList<string> Addresses { get; }

    /// <summary>Requests received per server, without refused connections.</summary>
    public abstract IReadOnlyList<long> Received { get; }

    /// <summary>Sets the latency of a server.</summary>
    public abstract void SetLatency(int server, TimeSpan latency);

    /// <summary>Makes a server respond with 503 to all requests.</summary>
    public abstract void Fail(int server);

    public abstract Task KillAsync(int server);

    public abstract Task RestartAsync(int server);

    /// <summary>Creates a client of all servers, with the same random seed for both kinds.</summary>
    public ServiceProvider CreateClient(Action<LoadBalancingOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(RandomSource.Seeded(1));
        IHttpLoadBalancingBuilder builder = services.AddLoadBalancedHttpClient(ServiceName, options =>
        {
            options.Endpoints = [.. Addresses];
            configure?.Invoke(options);
        });
        Configure(builder);
        return services.BuildServiceProvider();
    }

    public abstract ValueTask DisposeAsync();

    protected virtual void Configure(IHttpLoadBalancingBuilder builder)
    {
    }
}
