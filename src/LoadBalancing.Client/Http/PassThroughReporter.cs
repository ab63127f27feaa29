namespace LoadBalancing.Client;

/// <summary>
/// Reports requests that bypass load balancing, so that it is never off silently: they are counted, and logged once per host, up to the bound of
/// <see cref="CallLog"/>.
/// </summary>
internal sealed class PassThroughReporter
{
    private readonly ClusterMetrics _metrics;
    private readonly CallLog _log;

    public PassThroughReporter(ClusterMetrics metrics, CallLog log)
    {
        _metrics = metrics;
        _log = log;
    }

    public void Report(string host, string? balanced)
    {
        _metrics.OnPassedThrough();
        _log.PassedThrough(host, balanced);
    }
}
