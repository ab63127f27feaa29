using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoadBalancing.Client.Tests;

/// <summary>A guard of background work whose counts and messages no test reads.</summary>
internal static class TestGuard
{
    // One meter for all guards: exhaustive tests create tens of thousands, and every listener of the process visits every instrument.
    private static readonly ClusterMetrics Metrics = new LoadBalancingMetrics(new TestMeterFactory()).ForCluster("test");

    public static BackgroundGuard Create() => new("test", Metrics, NullLogger.Instance);
}
