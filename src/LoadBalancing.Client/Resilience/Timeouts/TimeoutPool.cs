using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>Keeps time limits that are not lent, so that a request which ends in time allocates nothing for its limit and sets no timer.</summary>
/// <remarks>
/// Each processor has a shelf of its own, which most loans come from and go back to without touching what others touch; what does not fit goes into a queue for all. Safe for several threads.
/// On a clock other than the system's there is one shelf: there, which limit is lent must not depend on where a thread happens to run, or runs in virtual time would differ.
/// </remarks>
internal sealed class TimeoutPool : IDisposable
{
    private const int MaxQueued = 256;

    private readonly Shelf[] _shelves;
    private readonly ConcurrentQueue<PooledTimeout> _queued = new();
    private readonly TimeProvider _timeProvider;
    private int _count;
    private bool _disposed;

    public TimeoutPool(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _shelves = new Shelf[timeProvider == TimeProvider.System ? BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount) : 1];
    }

    /// <summary>The most limits that wait to be lent.</summary>
    public int Capacity => MaxQueued + _shelves.Length;

    /// <summary>How many limits wait to be lent.</summary>
    public int PooledCount => Volatile.Read(ref _count) + _shelves.Count(static shelf => Volatile.Read(ref shelf.Timeout) is not null);

    /// <summary>Lends a limit.</summary>
    /// <param name="startedAt">The timestamp from which the time counts.</param>
    /// <param name="limit">Zero or longer, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    public PooledTimeout Rent(long startedAt, TimeSpan limit)
    {
        PooledTimeout rented = Interlocked.Exchange(ref Own.Timeout, null) ?? TakeShared() ?? new PooledTimeout(_timeProvider);
        rented.Start(startedAt, limit);
        return rented;
    }

    /// <summary>Takes a limit back. Nobody may use its token any more.</summary>
    public void Return(PooledTimeout limit)
    {
        if (!limit.TryReset() || Volatile.Read(ref _disposed))
        {
            limit.Dispose();
        }
        else if (Interlocked.CompareExchange(ref Own.Timeout, limit, null) is not null)
        {
            Enqueue(limit);
        }
    }

    /// <summary>Disposes the limits that are not lent; those that are follow when they come back.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _disposed, true);
        while (TakeShared() is { } kept)
        {
            kept.Dispose();
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
            if (Volatile.Read(ref shelf.Timeout) is not null && Interlocked.Exchange(ref shelf.Timeout, null) is { } kept)
            {
                return kept;
            }
        }

        return null;
    }

    private void Enqueue(PooledTimeout limit)
    {
        if (Interlocked.Increment(ref _count) > MaxQueued)
        {
            Interlocked.Decrement(ref _count);
            limit.Dispose();
        }
        else
        {
            _queued.Enqueue(limit);
        }
    }

    /// <summary>Padded to a cache line of its own.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private struct Shelf
    {
        public PooledTimeout? Timeout;
    }
}
