namespace LoadBalancing.Client.TestHost;

/// <summary>A probe whose calls can be awaited.</summary>
internal sealed class SignalProbe(Func<CancellationToken, Task<ProbeResult>> probe) : IHealthProbe
{
    private int _calls;

    public string Name => "signal";

    /// <summary>Checks every endpoint often.</summary>
    public static void Use(LoadBalancingOptions options)
    {
        options.HealthCheck.Kind = HealthCheckKind.Custom;
        options.HealthCheck.Probe = "signal";
        options.HealthCheck.UnhealthyThreshold = 1;
        options.HealthCheck.Interval = TimeSpan.FromMilliseconds(20);
        options.HealthCheck.NoTrafficInterval = TimeSpan.FromMilliseconds(20);
    }

    public async Task WaitForCallAsync(int number)
    {
        while (Volatile.Read(ref _calls) < number)
        {
            await Task.Yield();
        }
    }

    public async ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return await probe(cancellationToken);
    }
}
