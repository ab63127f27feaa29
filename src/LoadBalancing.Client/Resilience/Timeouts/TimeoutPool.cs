using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>Pools timeouts, so that a request which completes in time allocates nothing for its timeout and sets no timer.</summary>
/// <remarks>
/// Each processor has its own shelf. Most rentals use it, without contention; the overflow goes into a shared queue. Thread-safe.
/// On a clock other than the system's there is one shelf: which timeout is rented must not depend on the processor of a thread, or runs in virtual time would
/// not be repeatable.
/// </remarks>
internal sealed class TimeoutPool : IDisposable
{
    private const int MaxQueued = 256;

    private readonly Shelf[] _shelves;
    private readonly ConcurrentQueue<PooledTimeout> _queued = new();
    private readonly TimeProvider _timeProvider;
    private readonly BackgroundGuard _guard;
    private int _count;
    private bool _disposed;

    /// <param name="timeProvider">The clock.</param>
    /// <param name="guard">Runs the callbacks on tokens that are cancelled.</param>
    public TimeoutPool(TimeProvider timeProvider, BackgroundGuard guard)
    {
        _guard = guard;
        _timeProvider = timeProvider;
        _shelves = new Shelf[timeProvider == TimeProvider.System ? BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount) : 1];
    }

    /// <summary>The largest number of pooled timeouts.</summary>
    public int Capacity => MaxQueued + _shelves.Length;

    /// <summary>The number of pooled timeouts. Timeouts in use do not count.</summary>
    public int PooledCount => Volatile.Read(ref _count) + _shelves.Count(static shelf => Volatile.Read(ref shelf.Timeout) is not null);

    /// <summary>Rents a timeout from the pool.</summary>
    /// <param name="startedAt">The timestamp at which the timeout starts.</param>
    /// <param name="timeout">Zero or longer, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    public PooledTimeout Rent(long startedAt, TimeSpan timeout)
    {
        PooledTimeout rented = Interlocked.Exchange(ref Own.Timeout, null) ?? TakeShared() ?? new PooledTimeout(_timeProvider, _guard);
        rented.Start(startedAt, timeout);
        return rented;
    }

    /// <summary>Returns a timeout to the pool. Its token must not be used afterwards.</summary>
    public void Return(PooledTimeout timeout)
    {
        if (!timeout.TryReset() || Volatile.Read(ref _disposed))
        {
            timeout.Dispose();
        }
        else if (Interlocked.CompareExchange(ref Own.Timeout, timeout, null) is not null)
        {
            Enqueue(timeout);
        }
    }

    /// <summary>Disposes the pooled timeouts. Timeouts in use are disposed when they are returned.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _disposed, true);
        while (TakeShared() is { } pooled)
        {
            pooled.Dispose();
        }
    }

    private ref Shelf Own => ref _shelves[Thread.GetCurrentProcessorId() & (_shelves.Length - 1)];

    private PooledTimeout? TakeShared()
    {
        if (_queued.TryDequeue(out PooledTimeout? queued))
        {
            Interlocked.Decrement(ref _count);
            return queued;
        }

        foreach (ref Shelf shelf in _shelves.AsSpan())
        {
            if (Volatile.Read(ref shelf.Timeout) is not null && Interlocked.Exchange(ref shelf.Timeout, null) is { } pooled)
            {
                return pooled;
            }
        }

        return null;
    }

    private void Enqueue(PooledTimeout timeout)
    {
        if (Interlocked.Increment(ref _count) > MaxQueued)
        {
            Interlocked.Decrement(ref _count);
            timeout.Dispose();
        }
        else
        {
            _queued.Enqueue(timeout);
        }
    }

    /// <summary>Padded to a cache line of its own.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Shelf
    {
        public PooledTimeout? Timeout;
    }
}
