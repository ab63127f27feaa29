using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>The observers of a cluster and their subscriptions. Thread-safe.</summary>
internal sealed partial class ClusterObservers
{
    private readonly ClusterName _name;
    private readonly ILogger _logger;
    private ObserverList? _current;

    public ClusterObservers(ClusterName name, ILogger logger)
    {
        _name = name;
        _logger = logger;
    }

    /// <summary>Null while there are no observers.</summary>
    public ObserverList? Current => Volatile.Read(ref _current);

    public ObserverSubscription Subscribe(LoadBalancerObserver observer)
    {
        var subscription = new ObserverSubscription(this, observer);
        Change(subscription, removed: null);
        return subscription;
    }

    public void Unsubscribe(ObserverSubscription subscription) => Change(added: null, subscription);

    /// <summary>Called for the first exception of each subscription.</summary>
    public void OnObserverFailed(LoadBalancerObserver observer, Exception exception) =>
        LogObserverFailed(_logger, observer.GetType(), _name.FullName, exception);

    private void Change(ObserverSubscription? added, ObserverSubscription? removed)
    {
        ObserverList? before = Current;
        while (true)
        {
            ObserverList? seen = Interlocked.CompareExchange(ref _current, ObserverList.Change(before, added, removed), before);
            if (seen == before)
            {
                return;
            }

            before = seen;
        }
    }

    [LoggerMessage(
        LogEvents.ObserverFailed,
        LogLevel.Warning,
        "Observer {Observer} of service '{Service}' threw. Requests are not affected; further exceptions of this subscription are not logged.",
        EventName = nameof(LogEvents.ObserverFailed))]
    private static partial void LogObserverFailed(ILogger logger, Type observer, string service, Exception exception);
}
