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
    private TaskCompletionSource _firstSet = NewSignal();
    private readonly PickLog _pickLog;
    private EndpointSet? _set;
    private UntestedEndpoints? _untested;
    private LatencyMeter? _latency;
    private ObserverList? _observers;
    private IEndpointLimits? _limits;
    private IPickAdmission? _pickLimiter;
    private long _lastAttemptId;

    internal LoadBalancer(string name, string? subset, IHealthMonitor health, TimeProvider timeProvider, ClusterMetrics metrics, PickLog picks)
    {
        ServiceName = name;
        Subset = subset;
        Health = health;
        TimeProvider = timeProvider;
        Metrics = metrics;
        _pickLog = picks;
    }

    /// <summary>The service's name.</summary>
    public string ServiceName { get; }

    /// <summary>The subset of the service that this cluster is; null for the whole service.</summary>
    public string? Subset { get; }

    /// <summary>The members, in the order in which they were described; empty before the first set. The objects show their state live.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints => Volatile.Read(ref _set)?.Endpoints ?? Volatile.Read(ref _untested)?.Endpoints ?? [];

    /// <summary>For people: the service, and after a slash the subset.</summary>
    internal string FullName => Subset is null ? ServiceName : $"{ServiceName}/{Subset}";

    internal IHealthMonitor Health { get; }

    internal ClusterMetrics Metrics { get; }

    internal TimeProvider TimeProvider { get; }

    /// <summary>What to say about a first set that does not come; names the sources.</summary>
    internal string SourcesDescription { get; set; } = "";

    /// <summary>Of a subset, the labels that its endpoints have; empty when it is not configured any more.</summary>
    internal string SubsetLabelsDescription { get; set; } = "";

    /// <summary>Where leases give back their places; null for a balancer whose requests nobody counts.</summary>
    internal IRequestPermits? Permits { get; set; }

    /// <summary>Whom public picks ask for a place; null, the usual: nobody, there is no limit. The HTTP side takes places by itself, before it picks.</summary>
    internal IPickAdmission? PickLimiter
    {
        get => Volatile.Read(ref _pickLimiter);
        set => Volatile.Write(ref _pickLimiter, value);
    }

    /// <summary>Told of each lease that was dropped instead of ended.</summary>
    internal Action<UpstreamEndpoint>? LeaseReclaimed { get; set; }

    /// <summary>Receives the endpoint of each lease that ended without an outcome.</summary>
    internal Action<UpstreamEndpoint>? LeaseUnreported { get; set; }

    /// <summary>Told of the first exception of each subscription.</summary>
    internal Action<LoadBalancerObserver, Exception>? ObserverFailed { get; set; }

    /// <summary>Null while nobody observes.</summary>
    internal ObserverList? Observers => Volatile.Read(ref _observers);

    /// <summary>Whether some requests may be sent to ejected endpoints, so that somebody has to say which ones would be tried again.</summary>
    internal bool HasTrialCandidates => CurrentSet is { TrialCandidates: not null };

    /// <summary>Whether somebody wants to know how long attempts take.</summary>
    internal bool NeedsAttemptTimes => Volatile.Read(ref _limits) is not null;

    /// <summary>Whether a pick that yields nobody means that all are full.</summary>
    internal bool HasLimitedEndpoints => CurrentSet is { HasLimitedEndpoints: true };

    internal EndpointSet? CurrentSet => Volatile.Read(ref _set);

    /// <summary>Picks an endpoint.</summary>
    /// <param name="context">What is known about the attempt; the default asks for any endpoint in service.</param>
    /// <returns>The lease, to be ended by the caller.</returns>
    /// <exception cref="NoEndpointAvailableException">There is no first set yet, the set is empty, or nothing is in service and panic is off.</exception>
    /// <exception cref="LoadBalancerOverflowException">As many leases are held as <see cref="ConnectionPoolOptions.MaxRequests"/> allows, or others wait for a place; or every endpoint in service has its fill
    /// (<see cref="ConnectionPoolOptions.MaxRequestsPerEndpoint"/>).</exception>
    public EndpointLease Pick(in PickContext context = default) =>
        PickLimiter is { } admission ? PickWithPermit(admission, context) : TryPick(context) ?? throw CreatePickException();

    /// <summary>Picks an endpoint; waits for the first set if there is none yet, and, where <see cref="ConnectionPoolOptions.MaxRequests"/> leases are held, for one of them to end.</summary>
    /// <param name="context">What is known about the attempt; the default asks for any endpoint in service.</param>
    /// <param name="cancellationToken">Ends the wait. The sources go on.</param>
    /// <returns>The lease, to be ended by the caller.</returns>
    /// <exception cref="NoEndpointAvailableException">The set is empty, or nothing is in service and panic is off.</exception>
    /// <exception cref="LoadBalancerOverflowException">As many leases are held as <see cref="ConnectionPoolOptions.MaxRequests"/> allows, and the queue is full or the wait was too long; or every endpoint in service has
    /// its fill (<see cref="ConnectionPoolOptions.MaxRequestsPerEndpoint"/>), for which it does not wait.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was a set, or a place.</exception>
    public ValueTask<EndpointLease> PickAsync(PickContext context = default, CancellationToken cancellationToken = default) =>
        CurrentSet is null || PickLimiter is not null ? PickAfterWaitingAsync(context, cancellationToken) : new ValueTask<EndpointLease>(TryPick(context) ?? throw CreatePickException());

    /// <summary>Lets an observer see what happens from now on. What an observer does on a request's thread, the request waits for.</summary>
    /// <param name="observer">Who is told.</param>
    /// <returns>Ends the subscription when it is disposed; an event that is under way at that moment may still arrive.</returns>
    public IDisposable Subscribe(LoadBalancerObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var subscription = new ObserverSubscription(this, observer);
        ChangeObservers(subscription, removed: null);
        return subscription;
    }

    internal void Unsubscribe(ObserverSubscription subscription) => ChangeObservers(added: null, subscription);

    /// <summary>Null when there is nothing to pick.</summary>
    internal EndpointLease? TryPick(in PickContext context, long startedAt = 0)
    {
        EndpointSet? set = CurrentSet;
        if (set is not { CanPickDirectly: true })
        {
            return TryPickFromDegradedSet(context, startedAt);
        }

        LatencyMeter? latency = Volatile.Read(ref _latency);
        return latency is null
            ? Grant(set, set.Pick(context), context, startedAt, isTimed: false, isProbe: false, mayBePanic: false)
            : TryPickTimed(set, context, startedAt, mayBePanic: false);
    }

    internal async Task WaitForFirstSetAsync(CancellationToken cancellationToken)
    {
        // Where somebody has to pass a first check, the set can be withdrawn again before those who waited for it look.
        do
        {
            Task signal = Volatile.Read(ref _firstSet).Task;
            if (CurrentSet is not null)
            {
                return;
            }

            Volatile.Read(ref _untested)?.ResumeHealthChecks?.Invoke();
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        while (CurrentSet is null);
    }

    internal void Publish(EndpointSet set)
    {
        Volatile.Write(ref _untested, null);
        Volatile.Write(ref _set, set);
        Volatile.Read(ref _firstSet).TrySetResult();
    }

    /// <summary>Lets requests wait until one of these has passed a first check. Called by whoever publishes.</summary>
    /// <param name="members">All members.</param>
    /// <param name="wake">To be called by the first who waits; null: checks are under way.</param>
    internal void Withdraw(UpstreamEndpoint[] members, Action? wake)
    {
        Volatile.Write(ref _untested, new UntestedEndpoints(members, wake));
        if (CurrentSet is not null)
        {
            Volatile.Write(ref _firstSet, NewSignal());
            Volatile.Write(ref _set, null);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A pick while something is out of the ordinary: nothing to pick from, checks asleep, endpoints that may be tried again, panic.</summary>
    private EndpointLease? TryPickFromDegradedSet(in PickContext context, long startedAt)
    {
        (CurrentSet is { } asleep ? asleep.ResumeHealthChecks : Volatile.Read(ref _untested)?.ResumeHealthChecks)?.Invoke();
        if (CurrentSet is not { } set)
        {
            return null;
        }

        bool isTimed = Volatile.Read(ref _latency) is not null;
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

    /// <summary>Measures the latency of endpoints from now on; null: no longer.</summary>
    internal void MeasureLatency(LatencySettings? settings) =>
        Volatile.Write(ref _latency, settings is null ? null : new LatencyMeter(settings, TimeProvider));

    /// <summary>Has the latency of attempts limit what may be under way on endpoints; null: no longer.</summary>
    internal void SetAdaptiveLimits(IEndpointLimits? limits) => Volatile.Write(ref _limits, limits);

    internal Exception CreatePickException() => HasLimitedEndpoints ? LoadBalancerOverflowException.ForFullEndpoints(this) : NoEndpointAvailableException.For(this);

    internal void OnLeaseReported(EndpointLease lease, in AttemptOutcome outcome)
    {
        LatencyMeter? latency = Volatile.Read(ref _latency);
        IEndpointLimits? limits = Volatile.Read(ref _limits);
        if (lease.StartedAt != 0 && (latency is not null || limits is not null || Metrics.IsAttemptDurationEnabled))
        {
            long now = TimeProvider.GetTimestamp();
            latency?.Record(lease.Endpoint.Load, lease.StartedAt, now, outcome);
            limits?.OnAttemptReported(lease.Endpoint, TimeProvider.GetElapsedTime(lease.StartedAt, now), outcome);
            Metrics.OnAttemptReported(outcome.TelemetryName, TimeProvider.GetElapsedTime(lease.StartedAt, now));
        }

        Observers?.OnAttemptReported(lease, outcome, ElapsedSince(lease));
    }

    /// <summary>A success that was reported has turned out to be a failure.</summary>
    internal void OnOutcomeRevised(EndpointLease lease, in AttemptOutcome failure)
    {
        if (lease.StartedAt != 0 && Volatile.Read(ref _latency) is { } latency)
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
        LeaseReclaimed?.Invoke(endpoint);
    }

    internal void OnLeaseUnreported(UpstreamEndpoint endpoint)
    {
        Metrics.OnLeaseUnreported();
        LeaseUnreported?.Invoke(endpoint);
    }

    /// <summary>Numbers attempts for observers, from 1.</summary>
    internal long NextAttemptId() => Interlocked.Increment(ref _lastAttemptId);

    private TimeSpan ElapsedSince(EndpointLease lease) => lease.StartedAt == 0 ? TimeSpan.Zero : TimeProvider.GetElapsedTime(lease.StartedAt);

    private void ChangeObservers(ObserverSubscription? added, ObserverSubscription? removed)
    {
        ObserverList? before = Observers;
        while (true)
        {
            ObserverList? seen = Interlocked.CompareExchange(ref _observers, ObserverList.Change(before, added, removed), before);
            if (seen == before)
            {
                return;
            }

            before = seen;
        }
    }

    /// <summary>Whoever waits for the first set takes up no place meanwhile.</summary>
    private async ValueTask<EndpointLease> PickAfterWaitingAsync(PickContext context, CancellationToken cancellationToken)
    {
        await WaitForFirstSetAsync(cancellationToken).ConfigureAwait(false);
        if (PickLimiter is not { } admission)
        {
            return TryPick(context) ?? throw CreatePickException();
        }

        return await admission.AcquireAsync(cancellationToken).ConfigureAwait(false) is { } refusal ? throw refusal : PickHoldingPermit(context);
    }

    private EndpointLease PickWithPermit(IPickAdmission admission, in PickContext context) =>
        admission.TryAcquire() is { } refusal ? throw refusal : PickHoldingPermit(context);

    /// <summary>Hands a place that was taken to the lease, or back.</summary>
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
                Permits!.Release();
            }
        }
    }

    /// <summary>Members of whom none may be used before a check.</summary>
    private sealed record UntestedEndpoints(UpstreamEndpoint[] Endpoints, Action? ResumeHealthChecks);
}
