using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>
/// Notices that a response was dropped without being read or disposed: it is reachable only through the response's content, so when that is collected the guard's finalizer runs and gives the lease back.
/// </summary>
/// <remarks>
/// Objects with finalizers are dear to make (a response with a body would cost about 150 ns more), and nearly all of these finalizers would have nothing to do. So the guards are lent: one that is released goes to the next
/// response without ever having been unregistered. Of the lent ones nobody but the content may hold a reference, or it could not be seen that the content is gone.
/// </remarks>
internal sealed class LeakGuard
{
    private const int MaxPooled = 256;

    private static readonly ConcurrentQueue<LeakGuard> Pool = new();

    [ThreadStatic]
    private static LeakGuard? _pooledByThread;

    private EndpointLease? _lease;

    private LeakGuard()
    {
    }

    ~LeakGuard()
    {
        if (_lease is { HasEnded: false } lease)
        {
            BodyTimer.Abandon();
            lease.Reclaim();
        }
    }

    /// <summary>Keeps the time of the body, where that is wanted.</summary>
    public BodyTimer BodyTimer { get; } = new();

    /// <summary>Lends a guard that watches over a lease.</summary>
    public static LeakGuard Rent(EndpointLease lease)
    {
        LeakGuard? guard = _pooledByThread;
        if (guard is not null)
        {
            _pooledByThread = null;
        }
        else if (!Pool.TryDequeue(out guard))
        {
            guard = new LeakGuard();
        }

        guard._lease = lease;
        return guard;
    }

    /// <summary>Takes it back; to be called once, by whoever forgets it in the same moment.</summary>
    public void Return()
    {
        _lease = null;
        if (!BodyTimer.End())
        {
            return;
        }

        if (_pooledByThread is null)
        {
            _pooledByThread = this;
        }
        else if (Pool.Count < MaxPooled)
        {
            Pool.Enqueue(this);
        }
    }
}
