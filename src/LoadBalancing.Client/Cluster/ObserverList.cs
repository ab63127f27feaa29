namespace LoadBalancing.Client;

/// <summary>The observers of one cluster: immutable, replaced as a whole. What one of them throws stops here.</summary>
internal sealed class ObserverList
{
    private readonly ObserverSubscription[] _subscriptions;

    private ObserverList(ObserverSubscription[] subscriptions) => _subscriptions = subscriptions;

    /// <summary>Adds an observer, or takes a subscription away: null when nobody is left.</summary>
    public static ObserverList? Change(ObserverList? list, ObserverSubscription? added, ObserverSubscription? removed)
    {
        ObserverSubscription[] left = [.. (list?._subscriptions ?? []).Where(subscription => subscription != removed), .. added is null ? Array.Empty<ObserverSubscription>() : [added]];
        return left.Length == 0 ? null : new ObserverList(left);
    }

    public void OnPicked(EndpointLease lease) => NotifyAll(lease.GetAttemptInfo(), static (observer, attempt) => observer.OnPicked(attempt));

    public void OnAttemptReported(EndpointLease lease, in AttemptOutcome outcome, TimeSpan elapsed) =>
        NotifyAll(
            (Attempt: lease.GetAttemptInfo(), outcome, elapsed),
            static (observer, what) => observer.OnAttemptReported(what.Attempt, what.outcome, what.elapsed));

    public void OnAttemptEnded(EndpointLease lease, in AttemptOutcome outcome, TimeSpan elapsed) =>
        NotifyAll(
            (Attempt: lease.GetAttemptInfo(), outcome, elapsed),
            static (observer, what) => observer.OnAttemptEnded(what.Attempt, what.outcome, what.elapsed));

    public void OnRetry(RetryEvent retry) => NotifyAll(retry, static (observer, retry) => observer.OnRetry(retry));

    public void OnEjected(EjectionEvent ejection) => NotifyAll(ejection, static (observer, ejection) => observer.OnEjected(ejection));

    public void OnEjectionRefused(EjectionEvent ejection) => NotifyAll(ejection, static (observer, ejection) => observer.OnEjectionRefused(ejection));

    public void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset at) =>
        NotifyAll((endpoint, cause, at), static (observer, returned) => observer.OnRestored(returned.endpoint, returned.cause, returned.at));

    public void OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result, DateTimeOffset at) =>
        NotifyAll((endpoint, result, at), static (observer, check) => observer.OnHealthChanged(check.endpoint, check.result, check.at));

    public void OnEndpointsChanged(string source, IReadOnlyList<UpstreamEndpoint> endpoints) =>
        NotifyAll((source, endpoints), static (observer, change) => observer.OnEndpointsChanged(change.source, change.endpoints));

    private void NotifyAll<TEvent>(TEvent what, Action<LoadBalancerObserver, TEvent> tell)
    {
        foreach (ObserverSubscription subscription in _subscriptions)
        {
            try
            {
                tell(subscription.Observer, what);
            }
#pragma warning disable CA1031 // An observer is somebody else's code, and a request must not fail for being watched.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                subscription.OnObserverFailed(exception);
            }
        }
    }
}
