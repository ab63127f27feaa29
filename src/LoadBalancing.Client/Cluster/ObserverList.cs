namespace LoadBalancing.Client;

/// <summary>The observers of one cluster: immutable, replaced as a whole. What one of them throws stops here.</summary>
internal sealed class ObserverList
{
    private readonly Subscription[] _subscriptions;

    private ObserverList(Subscription[] subscriptions) => _subscriptions = subscriptions;

    /// <summary>Adds an observer, or takes a subscription away: null when nobody is left.</summary>
    public static ObserverList? Change(ObserverList? list, Subscription? added, Subscription? removed)
    {
        Subscription[] left = [.. (list?._subscriptions ?? []).Where(subscription => subscription != removed), .. added is null ? Array.Empty<Subscription>() : [added]];
        return left.Length == 0 ? null : new ObserverList(left);
    }

    public void OnPicked(EndpointLease lease) => TellAll(lease, static (observer, lease) => observer.OnPicked(lease));

    public void OnAttemptReported(EndpointLease lease, in AttemptOutcome outcome, TimeSpan elapsed) =>
        TellAll((lease, outcome, elapsed), static (observer, attempt) => observer.OnAttemptReported(attempt.lease, attempt.outcome, attempt.elapsed));

    public void OnAttemptEnded(EndpointLease lease, in AttemptOutcome outcome, TimeSpan elapsed) =>
        TellAll((lease, outcome, elapsed), static (observer, attempt) => observer.OnAttemptEnded(attempt.lease, attempt.outcome, attempt.elapsed));

    public void OnRetry(RetryEvent retry) => TellAll(retry, static (observer, retry) => observer.OnRetry(retry));

    public void OnEjected(EjectionEvent ejection) => TellAll(ejection, static (observer, ejection) => observer.OnEjected(ejection));

    public void OnEjectionRefused(EjectionEvent ejection) => TellAll(ejection, static (observer, ejection) => observer.OnEjectionRefused(ejection));

    public void OnReturned(UpstreamEndpoint endpoint, string cause, DateTimeOffset at) =>
        TellAll((endpoint, cause, at), static (observer, returned) => observer.OnReturned(returned.endpoint, returned.cause, returned.at));

    public void OnCheckTurned(UpstreamEndpoint endpoint, ProbeResult result, DateTimeOffset at) =>
        TellAll((endpoint, result, at), static (observer, check) => observer.OnCheckTurned(check.endpoint, check.result, check.at));

    public void OnEndpointsChanged(string source, IReadOnlyList<UpstreamEndpoint> endpoints) =>
        TellAll((source, endpoints), static (observer, change) => observer.OnEndpointsChanged(change.source, change.endpoints));

    private void TellAll<TEvent>(TEvent what, Action<LoadBalancerObserver, TEvent> tell)
    {
        foreach (Subscription subscription in _subscriptions)
        {
            try
            {
                tell(subscription.Observer, what);
            }
#pragma warning disable CA1031 // An observer is somebody else's code, and a request must not fail for being watched.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                subscription.Fail(exception);
            }
        }
    }
}

/// <summary>One observer, subscribed once; ended by disposing it.</summary>
internal sealed class Subscription : IDisposable
{
    private readonly LoadBalancer _balancer;
    private int _failed;

    public Subscription(LoadBalancer balancer, LoadBalancerObserver observer)
    {
        _balancer = balancer;
        Observer = observer;
    }

    public LoadBalancerObserver Observer { get; }

    public void Dispose() => _balancer.Unsubscribe(this);

    public void Fail(Exception exception)
    {
        if (Interlocked.Exchange(ref _failed, 1) == 0)
        {
            _balancer.ObserverFailed?.Invoke(Observer, exception);
        }
    }
}
