namespace LoadBalancing.Client;

/// <summary>
/// The balancer of one cluster: hands out leases on its endpoints and shows their state. Everything that is held against an endpoint
/// lives here or below, so it outlasts every <c>HttpClient</c> and its handlers.
/// </summary>
/// <remarks>
/// Safe for use from any number of threads. A pick reads one snapshot and takes no lock. Instances come from
/// <see cref="ILoadBalancerProvider"/> and live as long as the service provider.
/// </remarks>
public sealed partial class LoadBalancer
{
    private readonly ClusterName _name;
    private readonly ClusterObservers _observers;
    private readonly PickLog _pickLog;
    private readonly Action<UpstreamEndpoint>? _leaseReclaimed;
    private readonly Action<UpstreamEndpoint>? _leaseUnreported;
    private volatile BalancerSettings _settings;
    private volatile SubsetLabels? _subsetLabels;
    private long _lastAttemptId;

    /// <param name="name">The cluster.</param>
    /// <param name="sources">The names of its endpoint sources, for messages about a first set that does not come.</param>
    /// <param name="settings">What its options say.</param>
    /// <param name="sets">What it picks from.</param>
    /// <param name="outlierDetector">What judges its endpoints by their attempts.</param>
    /// <param name="permits">The permits that leases release.</param>
    /// <param name="observers">What it reports to.</param>
    /// <param name="metrics">Where it counts.</param>
    /// <param name="picks">Where it logs picks.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="leaseReclaimed">Called for each lease that was dropped instead of ended; null: nothing is called.</param>
    /// <param name="leaseUnreported">Called for each lease that ended without an outcome; null: nothing is called.</param>
    internal LoadBalancer(
        ClusterName name,
        string sources,
        BalancerSettings settings,
        CurrentEndpointSet sets,
        OutlierDetector outlierDetector,
        RequestPermits permits,
        ClusterObservers observers,
        ClusterMetrics metrics,
        PickLog picks,
        TimeProvider timeProvider,
        Action<UpstreamEndpoint>? leaseReclaimed,
        Action<UpstreamEndpoint>? leaseUnreported = null)
    {
        _name = name;
        SourcesDescription = sources;
        _settings = settings;
        EndpointSets = sets;
        OutlierDetector = outlierDetector;
        Permits = permits;
        _observers = observers;
        Metrics = metrics;
        _pickLog = picks;
        TimeProvider = timeProvider;
        _leaseReclaimed = leaseReclaimed;
        _leaseUnreported = leaseUnreported;
    }

    /// <summary>The service's name.</summary>
    public string ServiceName => _name.Service;

    /// <summary>The subset of the service that this cluster is; null for the whole service.</summary>
    public string? Subset => _name.Subset;

    /// <summary>The members, in the order in which they were described; empty before the first set. The objects show their state live.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints => EndpointSets.Endpoints;

    internal ClusterName ClusterName => _name;

    /// <summary>The service, and after a slash the subset: for messages.</summary>
    internal string FullName => _name.FullName;

    internal CurrentEndpointSet EndpointSets { get; }

    internal OutlierDetector OutlierDetector { get; }

    internal RequestPermits Permits { get; }

    internal ClusterMetrics Metrics { get; }

    internal TimeProvider TimeProvider { get; }

    /// <summary>The names of the sources, for messages about a first set that does not come.</summary>
    internal string SourcesDescription { get; }

    /// <summary>Of a subset, the labels of its endpoints; null while it is not configured.</summary>
    internal SubsetLabels? SubsetLabels => _subsetLabels;

    /// <summary>Null while there are no observers.</summary>
    internal ObserverList? Observers => _observers.Current;

    /// <summary>Whether some requests may be sent to ejected endpoints, so that somebody has to say which ones would be tried again.</summary>
    internal bool HasTrialCandidates => CurrentSet is { TrialCandidates: not null };

    /// <summary>Whether the limits of endpoints follow how long attempts take.</summary>
    internal bool NeedsAttemptTimes => _settings.AdaptiveLimits is not null;

    /// <summary>Whether a pick that yields nobody means that all are full.</summary>
    internal bool HasLimitedEndpoints => CurrentSet is { HasLimitedEndpoints: true };

    internal EndpointSet? CurrentSet => EndpointSets.Value;

    /// <summary>Picks an endpoint.</summary>
    /// <param name="context">What is known about the attempt; the default asks for any endpoint in service.</param>
    /// <returns>The lease, to be ended by the caller.</returns>
    /// <exception cref="NoEndpointAvailableException">There is no first set yet, the set is empty, or nothing is in service and panic is off.</exception>
    /// <exception cref="LoadBalancerOverflowException">As many leases are held as <see cref="ConnectionPoolOptions.MaxRequests"/> allows, or others wait for a place; or every endpoint in service has its fill
    /// (<see cref="ConnectionPoolOptions.MaxRequestsPerEndpoint"/>).</exception>
    public EndpointLease Pick(in PickContext context = default) =>
        _settings.PickLimiter is { } limiter ? PickWithPermit(limiter, context) : TryPick(context) ?? throw CreatePickException();

    /// <summary>Picks an endpoint; waits for the first set if there is none yet, and, where <see cref="ConnectionPoolOptions.MaxRequests"/> leases are held, for one of them to end.</summary>
    /// <param name="context">What is known about the attempt; the default asks for any endpoint in service.</param>
    /// <param name="cancellationToken">Ends the wait. The sources go on.</param>
    /// <returns>The lease, to be ended by the caller.</returns>
    /// <exception cref="NoEndpointAvailableException">The set is empty, or nothing is in service and panic is off.</exception>
    /// <exception cref="LoadBalancerOverflowException">As many leases are held as <see cref="ConnectionPoolOptions.MaxRequests"/> allows, and the queue is full or the wait was too long; or every endpoint in service has
    /// its fill (<see cref="ConnectionPoolOptions.MaxRequestsPerEndpoint"/>), for which it does not wait.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was a set, or a place.</exception>
    public ValueTask<EndpointLease> PickAsync(PickContext context = default, CancellationToken cancellationToken = default) =>
        CurrentSet is null || _settings.PickLimiter is not null ? PickAfterWaitingAsync(context, cancellationToken) : new ValueTask<EndpointLease>(TryPick(context) ?? throw CreatePickException());

    /// <summary>Lets an observer see what happens from now on. What an observer does on a request's thread, the request waits for.</summary>
    /// <param name="observer">Who is told.</param>
    /// <returns>Ends the subscription when it is disposed; an event that is under way at that moment may still arrive.</returns>
    public IDisposable Subscribe(LoadBalancerObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _observers.Subscribe(observer);
    }

    /// <summary>Puts reloaded options into force, for picks and reports from now on.</summary>
    internal void Configure(BalancerSettings settings) => _settings = settings;

    /// <summary>Changes the labels of the subset, which come and go with options; null: it is not configured any more.</summary>
    internal void ConfigureSubset(SubsetLabels? labels) => _subsetLabels = labels;

    /// <summary>Null when there is nothing to pick.</summary>
    internal EndpointLease? TryPick(in PickContext context, long startedAt = 0)
    {
        EndpointSet? set = CurrentSet;
        if (set is not { CanPickDirectly: true })
        {
            return TryPickFromDegradedSet(context, startedAt);
        }

        return _settings.Latency is null
            ? Grant(set, set.Pick(context), context, startedAt, isTimed: false, isProbe: false, mayBePanic: false)
            : TryPickTimed(set, context, startedAt, mayBePanic: false);
    }

    internal Task WaitForFirstSetAsync(CancellationToken cancellationToken) => EndpointSets.WaitAsync(cancellationToken);

    /// <summary>A pick while something is out of the ordinary: nothing to pick from, checks asleep, endpoints that may be tried again, panic.</summary>
    private EndpointLease? TryPickFromDegradedSet(in PickContext context, long startedAt)
    {
        EndpointSets.ResumeHealthChecks();
        if (CurrentSet is not { } set)
        {
            return null;
        }

        bool isTimed = _settings.Latency is not null;
        if (set.TrialCandidates is not null && set.PickForTrial(context, TimeProvider) is { } probed)
        {
            return Grant(set, probed, context, isTimed && startedAt == 0 ? TimeProvider.GetTimestamp() : startedAt, isTimed, isProbe: true, mayBePanic: false);
        }

        return isTimed
            ? TryPickTimed(set, context, startedAt, mayBePanic: true)
            : Grant(set, set.Pick(context), context, startedAt, isTimed: false, isProbe: false, mayBePanic: true);
    }

    /// <summary>A pick while latency is measured: strategies and leases need to know when.</summary>
    private EndpointLease? TryPickTimed(EndpointSet set, in PickContext context, long startedAt, bool mayBePanic)
    {
        long now = startedAt == 0 ? TimeProvider.GetTimestamp() : startedAt;
        PickContext timed = context with { Now = now };
        return Grant(set, set.Pick(timed), timed, now, isTimed: true, isProbe: false, mayBePanic);
    }

    private EndpointLease? Grant(EndpointSet set, UpstreamEndpoint? endpoint, in PickContext context, long startedAt, bool isTimed, bool isProbe, bool mayBePanic)
    {
        bool hasBegun = false;
        while (endpoint is { IsLimited: true } && !hasBegun)
        {
            hasBegun = endpoint.TryBegin();
            if (!hasBegun)
            {
                // Somebody else has taken its last place since it was picked.
                if (isProbe)
                {
                    endpoint.CurrentEjection?.TrialGate.Leave();
                    isProbe = false;
                }

                endpoint = set.Pick(context);
            }
        }

        if (endpoint is null)
        {
            return null;
        }

        Metrics.OnPicked();
        bool inPanic = mayBePanic && set.IsInPanic(endpoint);
        if (inPanic)
        {
            Metrics.OnPickedInPanic();
        }

        if (_pickLog.IsEnabled)
        {
            _pickLog.Write(endpoint, set, context);
        }

        ObserverList? observers = Observers;
        var lease = new EndpointLease(this, endpoint, (observers is not null || NeedsAttemptTimes) && startedAt == 0 ? TimeProvider.GetTimestamp() : startedAt, isTimed, hasBegun) { IsTrial = isProbe, InPanic = inPanic };
        observers?.OnPicked(lease);
        set.PrefetchNext();
        return lease;
    }

    internal Exception CreatePickException() => HasLimitedEndpoints ? LoadBalancerOverflowException.ForFullEndpoints(this) : NoEndpointAvailableException.For(this);

    internal void OnLeaseReported(EndpointLease lease, in AttemptOutcome outcome)
    {
        BalancerSettings settings = _settings;
        if (lease.StartedAt != 0 && (settings.Latency is not null || settings.AdaptiveLimits is not null || Metrics.IsAttemptDurationEnabled))
        {
            long now = TimeProvider.GetTimestamp();
            settings.Latency?.Record(lease.Endpoint.Load, lease.StartedAt, now, outcome);
            settings.AdaptiveLimits?.OnAttemptReported(lease.Endpoint, TimeProvider.GetElapsedTime(lease.StartedAt, now), outcome);
            Metrics.OnAttemptReported(outcome.TelemetryName, TimeProvider.GetElapsedTime(lease.StartedAt, now));
        }

        Observers?.OnAttemptReported(lease, outcome, ElapsedSince(lease));
    }

    /// <summary>A success that was reported has turned out to be a failure.</summary>
    internal void OnOutcomeRevised(EndpointLease lease, in AttemptOutcome failure)
    {
        if (lease.StartedAt != 0 && _settings.Latency is { } latency)
        {
            latency.Record(lease.Endpoint.Load, lease.StartedAt, TimeProvider.GetTimestamp(), failure);
        }
    }

    internal void OnLeaseEnded(EndpointLease lease, in AttemptOutcome outcome)
    {
        Metrics.OnAttemptEnded(outcome.TelemetryName);
        Observers?.OnAttemptEnded(lease, outcome, ElapsedSince(lease));
    }

    internal void OnLeaseReclaimed(UpstreamEndpoint endpoint)
    {
        Metrics.OnLeaseReclaimed();
        _leaseReclaimed?.Invoke(endpoint);
    }

    internal void OnLeaseUnreported(UpstreamEndpoint endpoint)
    {
        Metrics.OnLeaseUnreported();
        _leaseUnreported?.Invoke(endpoint);
    }

    /// <summary>Numbers attempts for observers, from 1.</summary>
    internal long NextAttemptId() => Interlocked.Increment(ref _lastAttemptId);

    private TimeSpan ElapsedSince(EndpointLease lease) => lease.StartedAt == 0 ? TimeSpan.Zero : TimeProvider.GetElapsedTime(lease.StartedAt);

    /// <summary>A pick that waits for the first set holds no permit meanwhile.</summary>
    private async ValueTask<EndpointLease> PickAfterWaitingAsync(PickContext context, CancellationToken cancellationToken)
    {
        await WaitForFirstSetAsync(cancellationToken).ConfigureAwait(false);
        if (_settings.PickLimiter is not { } limiter)
        {
            return TryPick(context) ?? throw CreatePickException();
        }

        return await limiter.AcquireAsync(cancellationToken).ConfigureAwait(false) is { } refusal ? throw refusal : PickHoldingPermit(context);
    }

    private EndpointLease PickWithPermit(PickLimiter limiter, in PickContext context) =>
        limiter.TryAcquire() is { } refusal ? throw refusal : PickHoldingPermit(context);

    /// <summary>Passes an acquired permit to the lease, or releases it.</summary>
    private EndpointLease PickHoldingPermit(in PickContext context)
    {
        EndpointLease? lease = null;
        try
        {
            lease = TryPick(context) ?? throw CreatePickException();
            lease.HasPermit = true;
            return lease;
        }
        finally
        {
            if (lease is null)
            {
                Permits.Release();
            }
        }
    }
}
