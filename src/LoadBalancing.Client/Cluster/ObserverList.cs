namespace LoadBalancing.Client;

/// <summary>The observers of one cluster: immutable, replaced as a whole. Exceptions of observers are caught here.</summary>
internal sealed class ObserverList
{
    private readonly ObserverSubscription[] _subscriptions;

    private ObserverList(ObserverSubscription[] subscriptions) => _subscriptions = subscriptions;

    /// <summary>Adds or removes a subscription; null when none is left.</summary>
    public static ObserverList? Change(ObserverList? list, ObserverSubscription? added, ObserverSubscription? removed)
    {
        ObserverSubscription[] remaining = [.. (list?._subscriptions ?? []).Where(subscription => subscription != removed), .. added is null
            ? Array.Empty<ObserverSubscription>()
            : [added]];
        return remaining.Length == 0 ? null : new ObserverList(remaining);
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
        NotifyAll((endpoint, cause, at), static (observer, restored) => observer.OnRestored(restored.endpoint, restored.cause, restored.at));

    public void OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result, DateTimeOffset at) =>
        NotifyAll((endpoint, result, at), static (observer, change) => observer.OnHealthChanged(change.endpoint, change.result, change.at));

    public void OnEndpointsChanged(string source, IReadOnlyList<UpstreamEndpoint> endpoints) =>
        NotifyAll((source, endpoints), static (observer, change) => observer.OnEndpointsChanged(change.source, change.endpoints));

    private void NotifyAll<TEvent>(TEvent what, Action<LoadBalancerObserver, TEvent> notify)
    {
        foreach (ObserverSubscription subscription in _subscriptions)
        {
            try
            {
                notify(subscription.Observer, what);
            }
#pragma warning disable CA1031 // An observer is foreign code, and its exceptions must not fail a request.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                subscription.OnObserverFailed(exception);
            }
        }
    }
}
