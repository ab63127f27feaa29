namespace LoadBalancing.Client;

/// <summary>The health checks of a cluster, which are enabled and disabled with its options.</summary>
/// <remarks>All members but <see cref="ResumeHealthChecks"/> are called by the cluster's publisher, one at a time.</remarks>
internal sealed class ClusterHealthChecks : IDisposable
{
    private readonly IHealthCheckEvents _events;
    private readonly Func<HealthCheckSettings, IHealthProbe> _createProbe;
    private readonly TimeProvider _timeProvider;
    private readonly RandomSource _random;
    private readonly BackgroundGuard _guard;
    private readonly Func<Func<Task<ProbeResult>>, Task<ProbeResult>> _runProbe;
    private HealthChecker? _checker;

    public ClusterHealthChecks(
        IHealthCheckEvents events,
        Func<HealthCheckSettings, IHealthProbe> makeProbe,
        TimeProvider timeProvider,
        RandomSource random,
        BackgroundGuard guard,
        Func<Func<Task<ProbeResult>>, Task<ProbeResult>>? run)
    {
        // Not on the timer's thread: a probe that blocks must not delay the probes of other endpoints. With a test clock, probes run where its timers run.
        _runProbe = run ?? (timeProvider == TimeProvider.System ? Task.Run : static probe => probe());
        _events = events;
        _createProbe = makeProbe;
        _timeProvider = timeProvider;
        _random = random;
        _guard = guard;
    }

    /// <summary>Resumes health checks that have stopped because there was no traffic; called by the next request. Usually null.</summary>
    public Action? ResumeHealthChecks => _checker is { IsStopped: true } checker ? checker.Resume : null;

    /// <summary>Applies settings; null: no health checks. Changed settings discard all earlier results.</summary>
    public void Configure(HealthCheckSettings? settings, UpstreamEndpoint[] endpoints)
    {
        if (settings == _checker?.Settings)
        {
            return;
        }

        Dispose();
        if (settings is not null)
        {
            _checker = new HealthChecker(settings, _createProbe(settings), _events, _timeProvider, _random, _guard, _runProbe);
            _checker.SetEndpoints(endpoints);
        }
    }

    public void SetEndpoints(UpstreamEndpoint[] endpoints) => _checker?.SetEndpoints(endpoints);

    /// <summary>
    /// Whether requests have to wait because no endpoint is available and at least one awaits its first probe. While requests are served, even in panic, an
    /// endpoint that joins makes none of them wait.
    /// </summary>
    /// <param name="endpoints">All endpoints.</param>
    /// <param name="isServing">Whether there is a snapshot.</param>
    public bool IsAwaitingFirstResults(UpstreamEndpoint[] endpoints, bool isServing) =>
        endpoints.Length > 0
        && _checker is { Settings.StartUnhealthy: true } checker
        && (checker.IsStopped
            || (!Array.Exists(endpoints, static endpoint => endpoint.IsAvailable)
                && !Array.TrueForAll(endpoints, static endpoint => endpoint.IsTested)
                && !(isServing && Array.Exists(endpoints, static endpoint => endpoint.IsTested))));

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
