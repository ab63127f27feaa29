using System.Collections.Concurrent;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A health probe with configurable results that records its calls.</summary>
public sealed class StubProbe : IHealthProbe
{
    private readonly ConcurrentQueue<UpstreamEndpoint> _probedEndpoints = new();

    public string Name => "stub";

    /// <summary>Returns the result; may be replaced at any time.</summary>
    public Func<UpstreamEndpoint, CancellationToken, ValueTask<ProbeResult>> GetResult { get; set; } = static (_, _) =>
        new ValueTask<ProbeResult>(ProbeResult.Healthy);

    /// <summary>The probed endpoints, in order.</summary>
    public IReadOnlyList<UpstreamEndpoint> ProbedEndpoints => [.. _probedEndpoints];

    public ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken)
    {
        _probedEndpoints.Enqueue(endpoint);
        return GetResult(endpoint, cancellationToken);
    }
}
