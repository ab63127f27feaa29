namespace LoadBalancing.Client;

/// <summary>The active checks of a cluster, which come and go with its options.</summary>
/// <remarks>All but <see cref="Wake"/> is called by the cluster's publisher, one at a time.</remarks>
internal sealed class ClusterChecks : IDisposable
{
    private readonly ICheckEvents _events;
    private readonly Func<ActiveCheckSettings, IHealthProbe> _makeProbe;
    private readonly TimeProvider _timeProvider;
    private readonly RandomSource _random;
    private readonly Func<Func<Task<ProbeResult>>, Task<ProbeResult>> _run;
    private ActiveChecker? _checker;

    public ClusterChecks(
        ICheckEvents events,
        Func<ActiveCheckSettings, IHealthProbe> makeProbe,
        TimeProvider timeProvider,
        RandomSource random,
        Func<Func<Task<ProbeResult>>, Task<ProbeResult>>? run)
    {
        // Away from the timer's thread: a probe that blocks must not hold up the checks of others. A clock made for tests decides itself where its timers' work is done.
        _run = run ?? (timeProvider == TimeProvider.System ? Task.Run : static probe => probe());
        _events = events;
        _makeProbe = makeProbe;
        _timeProvider = timeProvider;
        _random = random;
    }

    /// <summary>To be called by the next request, because checks have stopped for want of traffic; usually null.</summary>
    public Action? Wake => _checker is { IsAsleep: true } checker ? checker.Wake : null;

    /// <summary>Takes settings into force; null: no checks. With other settings than before everything begins anew.</summary>
    public void Configure(ActiveCheckSettings? settings, UpstreamEndpoint[] members)
    {
        if (settings == _checker?.Settings)
        {
            return;
        }

        Dispose();
        if (settings is not null)
        {
            _checker = new ActiveChecker(settings, _makeProbe(settings), _events, _timeProvider, _random, _run);
            _checker.SetMembers(members);
        }
    }

    public void SetMembers(UpstreamEndpoint[] members) => _checker?.SetMembers(members);

    /// <summary>Whether requests have to wait because nobody is in service and somebody has yet to be checked for the first time.</summary>
    public bool MustWait(UpstreamEndpoint[] members) =>
        _checker is { Settings.StartUnhealthy: true }
        && (_checker.IsAsleep || Array.Exists(members, static member => member.Health == EndpointHealth.Untested))
        && members.Length > 0
        && (_checker.IsAsleep || !Array.Exists(members, static member => member.IsAvailable));

    public void Dispose()
    {
        _checker?.Dispose();
        if (_checker is { Settings.Kind: not ActiveCheckKind.Custom })
        {
            (_checker.Probe as IDisposable)?.Dispose();
        }

        _checker = null;
    }
}
