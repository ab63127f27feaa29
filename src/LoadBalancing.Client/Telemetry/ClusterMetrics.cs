using System.Diagnostics.Metrics;

namespace LoadBalancing.Client;

/// <summary>The measurements of one cluster. Each method is named after an event, and costs one check while there is no listener.</summary>
internal sealed class ClusterMetrics
{
    private readonly LoadBalancingMetrics _metrics;
    private readonly KeyValuePair<string, object?> _cluster;
    private readonly KeyValuePair<string, object?>? _subset;

    /// <param name="metrics">The instruments.</param>
    /// <param name="cluster">The service.</param>
    /// <param name="subset">Its subset; null for the whole service, whose measurements have no such tag.</param>
    public ClusterMetrics(LoadBalancingMetrics metrics, string cluster, string? subset)
    {
        _metrics = metrics;
        _cluster = new(MetricTags.Cluster, cluster);
        _subset = subset is null ? null : new(MetricTags.Subset, subset);
    }

    /// <summary>Whether attempt durations are collected, which costs a clock read at the start of each attempt.</summary>
    public bool IsAttemptDurationEnabled => _metrics.AttemptDuration.Enabled;

    public void OnPicked()
    {
        if (_metrics.Picks.Enabled)
        {
            Add(_metrics.Picks);
        }
    }

    public void OnPickedInPanic() => Add(_metrics.PicksInPanic);

    public void OnAttemptReported(string outcome, TimeSpan duration) =>
        Record(_metrics.AttemptDuration, duration.TotalSeconds, new(MetricTags.Outcome, outcome));

    public void OnAttemptEnded(string outcome)
    {
        if (_metrics.Attempts.Enabled)
        {
            Add(_metrics.Attempts, new(MetricTags.Outcome, outcome));
        }
    }

    public void OnRetry(string reason) => Add(_metrics.Retries, new(MetricTags.Reason, reason));

    public void OnRetrySuppressed(string reason) => Add(_metrics.RetriesSuppressed, new(MetricTags.Reason, reason));

    public void OnOverflow(string reason) => Add(_metrics.Overflows, new(MetricTags.Reason, reason));

    public void OnAttemptAbandoned() => Add(_metrics.AttemptsAbandoned);

    public void OnLateTimeout() => Add(_metrics.LateTimeouts);

    public void OnEjected(string detector) => Add(_metrics.Ejections, new(MetricTags.Detector, detector));

    public void OnEjectionRefused(string detector) => Add(_metrics.EjectionsRefused, new(MetricTags.Detector, detector));

    public void OnEjectionNotEnforced(string detector) => Add(_metrics.EjectionsNotEnforced, new(MetricTags.Detector, detector));

    public void OnRestored(string cause) => Add(_metrics.Restorations, new(MetricTags.Reason, cause));

    public void OnProbeCompleted(bool passed) => Add(_metrics.Probes, new(MetricTags.Outcome, passed ? "success" : "failure"));

    public void OnFaultInjected(string fault, string scope) =>
        Add(_metrics.Faults, new(MetricTags.Fault, fault), new(MetricTags.Scope, scope));

    public void OnPassedThrough() => Add(_metrics.PassThroughs);

    public void OnUpdateRejected(string source) => Add(_metrics.UpdatesRejected, new(MetricTags.Source, source));

    public void OnAffinityIgnored() => Add(_metrics.AffinityIgnored);

    public void OnLeaseReclaimed() => Add(_metrics.LeasesReclaimed);

    public void OnLeaseUnreported() => Add(_metrics.LeasesUnreported);

    public void OnBackgroundFailure(string work) => Add(_metrics.BackgroundFailures, new(MetricTags.Work, work));

    private void Add(Counter<long> counter)
    {
        if (_subset is { } subset)
        {
            counter.Add(1, _cluster, subset);
        }
        else
        {
            counter.Add(1, _cluster);
        }
    }

    private void Add(Counter<long> counter, KeyValuePair<string, object?> tag)
    {
        if (_subset is { } subset)
        {
            counter.Add(1, _cluster, tag, subset);
        }
        else
        {
            counter.Add(1, _cluster, tag);
        }
    }

    private void Add(Counter<long> counter, KeyValuePair<string, object?> tag, KeyValuePair<string, object?> secondTag)
    {
        if (_subset is { } subset)
        {
            counter.Add(1, [_cluster, tag, secondTag, subset]);
        }
        else
        {
            counter.Add(1, _cluster, tag, secondTag);
        }
    }

    private void Record(Histogram<double> histogram, double value, KeyValuePair<string, object?> tag)
    {
        if (_subset is { } subset)
        {
            histogram.Record(value, _cluster, tag, subset);
        }
        else
        {
            histogram.Record(value, _cluster, tag);
        }
    }
}
