using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>
/// Notices that a response was dropped without being read or disposed: it is reachable only through the response's content, so when that is collected the guard's finalizer runs and gives the lease back.
/// </summary>
/// <remarks>
/// Objects with finalizers are dear to make (a response with a body would cost about 150 ns more), and nearly all of these finalizers would have nothing to do. So the guards are lent: one that is released goes to the next
/// response without ever having been unregistered. Of the lent ones nobody but the content may hold a reference, or it could not be seen that the content is gone.
/// </remarks>
internal sealed class DropGuard
{
    private const int MostKept = 256;

    private static readonly ConcurrentQueue<DropGuard> Kept = new();

    [ThreadStatic]
    private static DropGuard? _keptByThread;

    private EndpointLease? _lease;

    private DropGuard()
    {
    }

    ~DropGuard()
    {
        if (_lease is { HasEnded: false } lease)
        {
            Clock.Abandon();
            lease.Reclaim();
        }
    }

    /// <summary>Keeps the time of the body, where that is wanted.</summary>
    public BodyClock Clock { get; } = new();

    /// <summary>Lends a guard that watches over a lease.</summary>
    public static DropGuard Watch(EndpointLease lease)
    {
        DropGuard? guard = _keptByThread;
        if (guard is not null)
        {
            _keptByThread = null;
        }
        else if (!Kept.TryDequeue(out guard))
        {
            guard = new DropGuard();
        }

        guard._lease = lease;
        return guard;
    }

    /// <summary>Takes it back; to be called once, by whoever forgets it in the same moment.</summary>
    public void Release()
    {
        _lease = null;
        if (!Clock.End())
        {
            return;
        }

        if (_keptByThread is null)
        {
            _keptByThread = this;
        }
        else if (Kept.Count < MostKept)
        {
            Kept.Enqueue(this);
        }
    }
}
