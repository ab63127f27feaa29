using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace LoadBalancing.Client;

/// <summary>
/// The measurements of one cluster. Each method is named after an event, and costs one check while there is no listener. The exceptions of listeners,
/// which run within the measurement, end here.
/// </summary>
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

    /// <summary>Where caught exceptions of foreign code are counted.</summary>
    public SuppressedExceptions SuppressedExceptions => _metrics.SuppressedExceptions;

    public void OnPicked() => Add(_metrics.Picks);

    public void OnPickedInPanic() => Add(_metrics.PicksInPanic);

    public void OnAttemptReported(string outcome, TimeSpan duration)
    {
        if (_metrics.AttemptDuration.Enabled)
        {
            Write(_metrics.AttemptDuration, duration.TotalSeconds, new(MetricTags.Outcome, outcome), secondTag: default);
        }
    }

    public void OnAttemptEnded(string outcome) => Add(_metrics.Attempts, new(MetricTags.Outcome, outcome));

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

    private void Add(Counter<long> counter, KeyValuePair<string, object?> tag = default, KeyValuePair<string, object?> secondTag = default)
    {
        if (counter.Enabled)
        {
            Write(counter, 1, tag, secondTag);
        }
    }

    private void Write<T>(Instrument<T> instrument, T value, KeyValuePair<string, object?> tag, KeyValuePair<string, object?> secondTag)
        where T : struct
    {
        var tags = new TagList { _cluster };
        if (tag.Key is not null)
        {
            tags.Add(tag);
        }

        if (secondTag.Key is not null)
        {
            tags.Add(secondTag);
        }

        if (_subset is { } subset)
        {
            tags.Add(subset);
        }

        try
        {
            if (instrument is Counter<T> counter)
            {
                counter.Add(value, tags);
            }
            else
            {
                ((Histogram<T>)instrument).Record(value, tags);
            }
        }
#pragma warning disable CA1031 // A listener is foreign code, and what it measures must be finished.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            SuppressedExceptions.Report(ExceptionOrigins.MeterListener, exception);
        }
    }
}
