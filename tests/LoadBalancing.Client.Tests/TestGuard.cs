using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoadBalancing.Client.Tests;

/// <summary>A guard of background work whose counts and messages no test reads.</summary>
internal static class TestGuard
{
    public static BackgroundGuard Create() => new("test", new LoadBalancingMetrics(new TestMeterFactory()).ForCluster("test"), NullLogger.Instance);
}
