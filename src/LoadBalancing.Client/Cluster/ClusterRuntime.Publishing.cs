using System.Runtime.ExceptionServices;

namespace LoadBalancing.Client;

/// <summary>How the snapshot of a cluster is built and published.</summary>
/// <remarks>
/// A build runs foreign code, the strategy. When it throws, the last snapshot stays: it is counted and logged, and the next change, or the next event, builds
/// again.
/// </remarks>
internal sealed partial class ClusterRuntime
{
    /// <summary>Whether something has changed that the published snapshot does not show.</summary>
    private int _isStale;

    /// <summary>Throws what the strategy throws for these settings, before anything of them is applied.</summary>
    public void ThrowIfUnbuildable(ClusterSettings settings)
    {
        lock (_publishLock)
        {
            if (settings != _settings && _endpoints is not null && _sets.Value is { } current)
            {
                CreateBuilder(settings).Build(_endpoints, current);
            }
        }
    }

    /// <summary>Throws what the last build has thrown, if it has failed.</summary>
    public void ThrowIfBuildFailed()
    {
        if (_sets.BuildFailure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Schedules the background worker.</summary>
    /// <param name="isSnapshotStale">Whether it has to publish a new snapshot before it reports events.</param>
    private void ScheduleWork(bool isSnapshotStale)
    {
        if (isSnapshotStale)
        {
            Volatile.Write(ref _isStale, 1);
        }

        _worker.Schedule();
    }

    private void PublishAndReport()
    {
        if (Volatile.Read(ref _isStale) != 0)
        {
            lock (_publishLock)
            {
                Publish();
            }
        }

        _events.ReportPending();
    }

    /// <summary>Publishes a snapshot, or keeps the last one where none can be built. The caller holds the lock.</summary>
    private void Publish()
    {
        // Before the build: what changes during it may be too late for it.
        Volatile.Write(ref _isStale, 0);
        if (_guard.Run(BackgroundWork.Publish, BuildAndPublish) is { } failure)
        {
            Volatile.Write(ref _isStale, 1);
            _sets.OnBuildFailed(failure);
        }
    }

    private void BuildAndPublish()
    {
        if (_endpoints is null || _disposed)
        {
            return;
        }

        if (_healthChecks.IsAwaitingFirstResults(_endpoints, isServing: _sets.Value is not null))
        {
            _sets.Withdraw(_endpoints, _healthChecks.ResumeHealthChecks);
        }
        else
        {
            _sets.Publish(_builder.Build(_endpoints, _sets.Last, _healthChecks.ResumeHealthChecks));
            Limits.OnPublished();
        }
    }
}
