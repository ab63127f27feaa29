namespace LoadBalancing.Client;

/// <summary>What one cluster reports. Each method is named after what happened and costs a check while nobody listens.</summary>
internal sealed class ClusterMetrics
{
    private readonly LoadBalancingMetrics _metrics;
    private readonly KeyValuePair<string, object?> _cluster;

    public ClusterMetrics(LoadBalancingMetrics metrics, string cluster)
    {
        _metrics = metrics;
        _cluster = new(MetricTags.Cluster, cluster);
    }

    /// <summary>Whether somebody wants to know how long attempts take, which costs a clock read at their start.</summary>
    public bool WantsDurations => _metrics.AttemptDuration.Enabled;

    public void OnPicked()
    {
        if (_metrics.Picks.Enabled)
        {
            _metrics.Picks.Add(1, _cluster);
        }
    }

    public void OnPickedInPanic() => _metrics.PicksInPanic.Add(1, _cluster);

    public void OnAttemptReported(string outcome, TimeSpan duration) =>
        _metrics.AttemptDuration.Record(duration.TotalSeconds, _cluster, new(MetricTags.Outcome, outcome));

    public void OnAttemptEnded(string outcome)
    {
        if (_metrics.Attempts.Enabled)
        {
            _metrics.Attempts.Add(1, _cluster, new(MetricTags.Outcome, outcome));
        }
    }

    public void OnRetry(string reason) => _metrics.Retries.Add(1, _cluster, new(MetricTags.Reason, reason));

    public void OnRetrySuppressed(string reason) => _metrics.RetriesSuppressed.Add(1, _cluster, new(MetricTags.Reason, reason));

    public void OnOverflow(string reason) => _metrics.Overflows.Add(1, _cluster, new(MetricTags.Reason, reason));

    public void OnAbandoned() => _metrics.Abandoned.Add(1, _cluster);

    public void OnStarvedTimeout() => _metrics.StarvedTimeouts.Add(1, _cluster);

    public void OnEjected(string detector) => _metrics.Ejections.Add(1, _cluster, new(MetricTags.Detector, detector));

    public void OnEjectionRefused(string detector) => _metrics.EjectionsRefused.Add(1, _cluster, new(MetricTags.Detector, detector));

    public void OnEjectionNotEnforced(string detector) => _metrics.EjectionsNotEnforced.Add(1, _cluster, new(MetricTags.Detector, detector));

    public void OnReturned(string cause) => _metrics.Returns.Add(1, _cluster, new(MetricTags.Reason, cause));

    public void OnChecked(bool passed) => _metrics.Checks.Add(1, _cluster, new(MetricTags.Outcome, passed ? "success" : "failure"));

    public void OnFaultInjected(string fault, string scope) =>
        _metrics.Faults.Add(1, _cluster, new(MetricTags.Fault, fault), new(MetricTags.Scope, scope));

    public void OnPassedThrough() => _metrics.PassThroughs.Add(1, _cluster);

    public void OnUpdateRejected(string source) => _metrics.UpdatesRejected.Add(1, _cluster, new(MetricTags.Source, source));

    public void OnAffinityIgnored() => _metrics.AffinityIgnored.Add(1, _cluster);

    public void OnLeaseReclaimed() => _metrics.LeasesReclaimed.Add(1, _cluster);
}
