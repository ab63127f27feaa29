using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>
/// Detects a response that was neither read to the end nor disposed. The guard is reachable only through the response's content: when the content is
/// collected, the guard's finalizer releases the lease.
/// </summary>
/// <remarks>
/// Finalizable objects are expensive to allocate (about 150 ns per response with a body), and nearly all of these finalizers would have nothing to
/// do. So guards are pooled: a returned guard is reused for another
/// response without suppressing its finalizer. Only the content may hold a reference to a rented guard; otherwise the collection of the content would
/// go unnoticed.
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
        if (_lease is not { HasEnded: false } lease)
        {
            return;
        }

        try
        {
            BodyTimer.Abandon();
        }
        // An exception on the finalizer thread terminates the process, and a test clock may refuse this thread.
#pragma warning disable CA1031
        catch
#pragma warning restore CA1031
        {
        }

        lease.Reclaim();
    }

    /// <summary>The timer of the body; unused when the body has no timeouts.</summary>
    public BodyTimer BodyTimer { get; } = new();

    /// <summary>Rents a guard for a lease.</summary>
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

    /// <summary>Returns the guard to the pool. Call it once; the caller must drop its reference at the same time.</summary>
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
