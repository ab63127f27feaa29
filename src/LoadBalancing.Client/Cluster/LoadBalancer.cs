namespace LoadBalancing.Client;

/// <summary>
/// The balancer of one cluster: grants leases on its endpoints and exposes their state. All health state of an endpoint belongs to the balancer, so
/// it outlives every <c>HttpClient</c> and its handlers.
/// </summary>
/// <remarks>
/// Safe for use from any number of threads. A pick reads one snapshot and takes no lock. Instances are created by <see cref="ILoadBalancerProvider"/>
/// and have the lifetime of the service provider.
/// </remarks>
public sealed partial class LoadBalancer
{
    private readonly ClusterName _name;
    private readonly ClusterObservers _observers;
    private readonly PickLog _pickLog;
    private readonly Action<UpstreamEndpoint>? _leaseReclaimed;
    private readonly Action<UpstreamEndpoint>? _leaseUnreported;
    private volatile Settings _settings;
    private volatile SubsetLabels? _subsetLabels;
    private long _lastAttemptId;

    /// <param name="name">The cluster.</param>
    /// <param name="sources">What the sources of the service have done, for messages while endpoints are missing.</param>
    /// <param name="settings">The settings compiled from its options.</param>
    /// <param name="sets">The snapshot that picks read.</param>
    /// <param name="outlierDetector">Ejects endpoints by the outcomes of their attempts.</param>
    /// <param name="permits">The permits that leases release.</param>
    /// <param name="observers">The observers.</param>
    /// <param name="metrics">The metrics.</param>
    /// <param name="picks">The log of picks.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="leaseReclaimed">Called for each lease that was dropped without being ended; null: no callback.</param>
    /// <param name="leaseUnreported">Called for each lease that ended without an outcome; null: no callback.</param>
    internal LoadBalancer(
        ClusterName name,
        EndpointSourceStates sources,
        Settings settings,
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
        Sources = sources;
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

    /// <summary>Gets the name of the service.</summary>
    public string ServiceName => _name.Service;

    /// <summary>Gets the subset of the service that this cluster serves; null for the whole service.</summary>
    public string? Subset => _name.Subset;

    /// <summary>Gets the endpoints, in the order of their descriptions; empty before the first set. The objects expose their current state.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints => EndpointSets.Endpoints;

    internal ClusterName ClusterName => _name;

    /// <summary>The service name, followed by a slash and the subset, if any; for messages.</summary>
    internal string FullName => _name.FullName;

    internal CurrentEndpointSet EndpointSets { get; }

    internal OutlierDetector OutlierDetector { get; }

    internal RequestPermits Permits { get; }

    internal ClusterMetrics Metrics { get; }

    internal TimeProvider TimeProvider { get; }

    /// <summary>What the sources of the service have done, for messages while endpoints are missing.</summary>
    internal EndpointSourceStates Sources { get; }

    /// <summary>The labels of the subset; null for the whole service, and while the subset is not configured.</summary>
    internal SubsetLabels? SubsetLabels => _subsetLabels;

    /// <summary>Null while there are no observers.</summary>
    internal ObserverList? Observers => _observers.Current;

    /// <summary>
    /// Whether some requests may be sent to ejected endpoints as trial requests, so that the caller has to specify which requests would be retried.
    /// </summary>
    internal bool HasTrialCandidates => CurrentSet is { TrialCandidates: not null };

    /// <summary>Whether the limits of endpoints adapt to the latency of attempts.</summary>
    internal bool NeedsAttemptTimes => _settings.AdaptiveLimits is not null;

    /// <summary>Whether a pick without a result means that all endpoints are at their limits.</summary>
    internal bool HasLimitedEndpoints => CurrentSet is { HasLimitedEndpoints: true };

    internal EndpointSet? CurrentSet => EndpointSets.Value;

    /// <summary>Picks an endpoint without waiting.</summary>
    /// <param name="context">The properties of the attempt that affect the pick; the default allows any available endpoint.</param>
    /// <returns>The lease, which the caller must end.</returns>
    /// <exception cref="NoEndpointAvailableException">There is no first set yet, the set is empty, or no endpoint is available and panic is off.</exception>
    /// <exception cref="LoadBalancerOverflowException"><see cref="ConnectionPoolOptions.MaxRequests"/> leases are held, or other picks wait for a
    /// permit; or every available endpoint is at its concurrency limit (<see cref="ConnectionPoolOptions.MaxRequestsPerEndpoint"/>).</exception>
    public EndpointLease Pick(in PickContext context = default) =>
        _settings.PickLimiter is { } limiter ? PickWithPermit(limiter, context) : TryPick(context) ?? throw CreatePickException();

    /// <summary>
    /// Picks an endpoint. Waits for the first set if there is none yet, and, while <see cref="ConnectionPoolOptions.MaxRequests"/> leases are held,
    /// for one of them to end.
    /// </summary>
    /// <param name="context">The properties of the attempt that affect the pick; the default allows any available endpoint.</param>
    /// <param name="cancellationToken">Cancels the wait. The sources continue.</param>
    /// <returns>The lease, which the caller must end.</returns>
    /// <exception cref="NoEndpointAvailableException">The set is empty, or no endpoint is available and panic is off.</exception>
    /// <exception cref="LoadBalancerOverflowException"><see cref="ConnectionPoolOptions.MaxRequests"/> leases are held, and the queue is full or the
    /// wait timed out; or every available endpoint is at its concurrency limit (<see cref="ConnectionPoolOptions.MaxRequestsPerEndpoint"/>), for
    /// which it does not wait.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was a set, or a permit.</exception>
    /// <exception cref="ObjectDisposedException">The service provider was disposed before there was a set, or a permit.</exception>
    public ValueTask<EndpointLease> PickAsync(PickContext context = default, CancellationToken cancellationToken = default) =>
        CurrentSet is null || _settings.PickLimiter is not null
            ? PickAfterWaitingAsync(context, cancellationToken)
            : new ValueTask<EndpointLease>(TryPick(context) ?? throw CreatePickException());

    /// <summary>
    /// Subscribes an observer to the events of the cluster from now on. Events on a request's thread delay that request until the observer returns.
    /// </summary>
    /// <param name="observer">The observer.</param>
    /// <returns>Ends the subscription when it is disposed; an event that is in flight at that moment may still arrive.</returns>
    public IDisposable Subscribe(LoadBalancerObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _observers.Subscribe(observer);
    }

    /// <summary>Applies reloaded options to subsequent picks and reports.</summary>
    internal void Configure(Settings settings) => _settings = settings;

    /// <summary>Changes the labels of the subset; null: the subset is no longer configured.</summary>
    internal void ConfigureSubset(SubsetLabels? labels) => _subsetLabels = labels;

    internal Task WaitForFirstSetAsync(CancellationToken cancellationToken) => EndpointSets.WaitAsync(cancellationToken);

    internal Exception CreatePickException() =>
        HasLimitedEndpoints ? LoadBalancerOverflowException.ForFullEndpoints(this)
        : CurrentSet is null && EndpointSets.HasStopped ? _name.CreateStoppedException()
        : NoEndpointAvailableException.For(this);

    internal void OnLeaseReported(EndpointLease lease, in AttemptOutcome outcome)
    {
        Settings settings = _settings;
        if (lease.StartedAt != 0 && (settings.Latency is not null || settings.AdaptiveLimits is not null || Metrics.IsAttemptDurationEnabled))
        {
            long now = TimeProvider.GetTimestamp();
            settings.Latency?.Record(lease.Endpoint.Load, lease.StartedAt, now, outcome);
            settings.AdaptiveLimits?.OnAttemptReported(lease.Endpoint, TimeProvider.GetElapsedTime(lease.StartedAt, now), outcome);
            Metrics.OnAttemptReported(outcome.TelemetryName, TimeProvider.GetElapsedTime(lease.StartedAt, now));
        }

        Observers?.OnAttemptReported(lease, outcome, ElapsedSince(lease));
    }

    /// <summary>Records that a reported success has turned into a failure.</summary>
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

    /// <summary>Returns the next attempt id for observers, starting at 1.</summary>
    internal long NextAttemptId() => Interlocked.Increment(ref _lastAttemptId);

    private TimeSpan ElapsedSince(EndpointLease lease) => lease.StartedAt == 0 ? TimeSpan.Zero : TimeProvider.GetElapsedTime(lease.StartedAt);

    /// <summary>Waits before the pick. A pick that waits for the first set holds no permit meanwhile.</summary>
    private async ValueTask<EndpointLease> PickAfterWaitingAsync(PickContext context, CancellationToken cancellationToken)
    {
        await WaitForFirstSetAsync(cancellationToken).ConfigureAwait(false);
        if (_settings.PickLimiter is not { } limiter)
        {
            return TryPick(context) ?? throw CreatePickException();
        }

        return await limiter.AcquireAsync(cancellationToken).ConfigureAwait(false) is { } refusal ? throw refusal : PickHoldingPermit(context);
    }

    /// <summary>The options of a cluster for its picks and leases. Immutable; a reload replaces it as a whole.</summary>
    /// <param name="Latency">Measures the latency of endpoints; null where the strategy does not use it.</param>
    /// <param name="AdaptiveLimits">The limits that follow the latency of attempts; null where there are none.</param>
    /// <param name="PickLimiter">
    /// Acquires the permits of public picks; null, the usual case: there is no limit. The HTTP handler acquires its permits itself, before it picks.
    /// </param>
    internal sealed record Settings(LatencyMeter? Latency, EndpointLimits? AdaptiveLimits, PickLimiter? PickLimiter);
}
