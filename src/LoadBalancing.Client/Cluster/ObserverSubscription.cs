namespace LoadBalancing.Client;

/// <summary>One subscription of an observer; ended by disposing it.</summary>
internal sealed class ObserverSubscription : IDisposable
{
    private readonly ClusterObservers _observers;
    private int _failureReported;

    public ObserverSubscription(ClusterObservers observers, LoadBalancerObserver observer)
    {
        _observers = observers;
        Observer = observer;
    }

    public LoadBalancerObserver Observer { get; }

    public void Dispose() => _observers.Unsubscribe(this);

    public void OnObserverFailed(Exception exception) =>
        _observers.OnObserverFailed(Observer, exception, isFirst: Interlocked.Exchange(ref _failureReported, 1) == 0);
}
