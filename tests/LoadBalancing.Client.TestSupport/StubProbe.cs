using System.Collections.Concurrent;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A probe that finds what it is told to find, and remembers whom it was asked about.</summary>
public sealed class StubProbe : IHealthProbe
{
    private readonly ConcurrentQueue<UpstreamEndpoint> _probedEndpoints = new();

    public string Name => "stub";

    /// <summary>What it finds; may be replaced at any time.</summary>
    public Func<UpstreamEndpoint, CancellationToken, ValueTask<ProbeResult>> GetResult { get; set; } = static (_, _) => new ValueTask<ProbeResult>(ProbeResult.Healthy);

    /// <summary>Whom it was asked about, in order.</summary>
    public IReadOnlyList<UpstreamEndpoint> ProbedEndpoints => [.. _probedEndpoints];

    public ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken)
    {
        _probedEndpoints.Enqueue(endpoint);
        return GetResult(endpoint, cancellationToken);
    }
}
