using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>The observers of a cluster and their subscriptions. Thread-safe.</summary>
internal sealed partial class ClusterObservers
{
    private readonly ClusterName _name;
    private readonly ClusterMetrics _metrics;
    private readonly ILogger _logger;
    private ObserverList? _current;

    public ClusterObservers(ClusterName name, ClusterMetrics metrics, ILogger logger)
    {
        _name = name;
        _metrics = metrics;
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

    /// <summary>Counts an exception of an observer, and logs the first of each subscription.</summary>
    public void OnObserverFailed(LoadBalancerObserver observer, Exception exception, bool isFirst)
    {
        _metrics.SuppressedExceptions.Count(ExceptionOrigins.Observer);
        if (isFirst)
        {
            LogObserverFailed(_logger, observer.GetType(), _name.FullName, exception);
        }
    }

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
