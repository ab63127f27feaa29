namespace LoadBalancing.Client;

/// <summary>Sees to it that balancing is never off silently: requests that pass it by are counted, and logged once per host.</summary>
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
