namespace LoadBalancing.Client;

/// <summary>The active checks of a cluster, which come and go with its options.</summary>
/// <remarks>All but <see cref="ResumeHealthChecks"/> is called by the cluster's publisher, one at a time.</remarks>
internal sealed class ClusterHealthChecks : IDisposable
{
    private readonly IHealthCheckEvents _events;
    private readonly Func<HealthCheckSettings, IHealthProbe> _createProbe;
    private readonly TimeProvider _timeProvider;
    private readonly RandomSource _random;
    private readonly Func<Func<Task<ProbeResult>>, Task<ProbeResult>> _runProbe;
    private HealthChecker? _checker;

    public ClusterHealthChecks(
        IHealthCheckEvents events,
        Func<HealthCheckSettings, IHealthProbe> makeProbe,
        TimeProvider timeProvider,
        RandomSource random,
        Func<Func<Task<ProbeResult>>, Task<ProbeResult>>? run)
    {
        // Away from the timer's thread: a probe that blocks must not hold up the checks of others. A clock made for tests decides itself where its timers' work is done.
        _runProbe = run ?? (timeProvider == TimeProvider.System ? Task.Run : static probe => probe());
        _events = events;
        _createProbe = makeProbe;
        _timeProvider = timeProvider;
        _random = random;
    }

    /// <summary>To be called by the next request, because checks have stopped for want of traffic; usually null.</summary>
    public Action? ResumeHealthChecks => _checker is { IsStopped: true } checker ? checker.Resume : null;

    /// <summary>Takes settings into force; null: no checks. With other settings than before everything begins anew.</summary>
    public void Configure(HealthCheckSettings? settings, UpstreamEndpoint[] members)
    {
        if (settings == _checker?.Settings)
        {
            return;
        }

        Dispose();
        if (settings is not null)
        {
            _checker = new HealthChecker(settings, _createProbe(settings), _events, _timeProvider, _random, _runProbe);
            _checker.SetEndpoints(members);
        }
    }

    public void SetEndpoints(UpstreamEndpoint[] members) => _checker?.SetEndpoints(members);

    /// <summary>Whether requests have to wait because nobody is in service and somebody has yet to be checked for the first time.</summary>
    public bool IsAwaitingFirstResults(UpstreamEndpoint[] members) =>
        _checker is { Settings.StartUnhealthy: true }
        && (_checker.IsStopped || Array.Exists(members, static member => member.Health == EndpointHealth.Untested))
        && members.Length > 0
        && (_checker.IsStopped || !Array.Exists(members, static member => member.IsAvailable));

    public void Dispose()
    {
        _checker?.Dispose();
        if (_checker is { Settings.Kind: not HealthCheckKind.Custom })
        {
            (_checker.Probe as IDisposable)?.Dispose();
        }

        _checker = null;
    }
}
