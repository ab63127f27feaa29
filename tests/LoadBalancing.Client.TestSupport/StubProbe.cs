using System.Collections.Concurrent;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A probe that finds what it is told to find, and remembers whom it was asked about.</summary>
public sealed class StubProbe : IHealthProbe
{
    private readonly ConcurrentQueue<UpstreamEndpoint> _asked = new();

    public string Name => "stub";

    /// <summary>What it finds; may be replaced at any time.</summary>
    public Func<UpstreamEndpoint, CancellationToken, ValueTask<ProbeResult>> Answer { get; set; } = static (_, _) => new ValueTask<ProbeResult>(ProbeResult.Passed);

    /// <summary>Whom it was asked about, in order.</summary>
    public IReadOnlyList<UpstreamEndpoint> Asked => [.. _asked];

    public ValueTask<ProbeResult> CheckAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken)
    {
        _asked.Enqueue(endpoint);
        return Answer(endpoint, cancellationToken);
    }
}
