namespace LoadBalancing.Client;

/// <summary>One observer, subscribed once; ended by disposing it.</summary>
internal sealed class ObserverSubscription : IDisposable
{
    private readonly LoadBalancer _balancer;
    private int _failureReported;

    public ObserverSubscription(LoadBalancer balancer, LoadBalancerObserver observer)
    {
        _balancer = balancer;
        Observer = observer;
    }

    public LoadBalancerObserver Observer { get; }

    public void Dispose() => _balancer.Unsubscribe(this);

    public void OnObserverFailed(Exception exception)
    {
        if (Interlocked.Exchange(ref _failureReported, 1) == 0)
        {
            _balancer.ObserverFailed?.Invoke(Observer, exception);
        }
    }
}
