using System.Collections.Concurrent;

namespace LoadBalancing.Client;

/// <summary>Lends sources of cancellation that fire after a time, so that a request that ends in time costs no allocation for its time limit.</summary>
/// <remarks>Only sources on the system clock can be used again: those on any other clock refuse to be reset and are made anew each time.</remarks>
internal sealed class CancellationSourcePool
{
    private const int MostKept = 256;

    private readonly ConcurrentQueue<CancellationTokenSource> _kept = new();
    private readonly TimeProvider _timeProvider;
    private int _count;

    public CancellationSourcePool(TimeProvider timeProvider) => _timeProvider = timeProvider;

    /// <summary>How many sources wait to be lent.</summary>
    public int Kept => Volatile.Read(ref _count);

    /// <summary>Lends a source that is cancelled after a time.</summary>
    /// <param name="after">Zero or longer, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    public CancellationTokenSource Rent(TimeSpan after)
    {
        if (_timeProvider != TimeProvider.System)
        {
            return new CancellationTokenSource(after, _timeProvider);
        }

        if (_kept.TryDequeue(out CancellationTokenSource? source))
        {
            Interlocked.Decrement(ref _count);
        }
        else
        {
            source = new CancellationTokenSource();
        }

        source.CancelAfter(after);
        return source;
    }

    /// <summary>Takes a source back. Nobody may use its token any more.</summary>
    public void Return(CancellationTokenSource source)
    {
        if (_timeProvider == TimeProvider.System && Volatile.Read(ref _count) < MostKept && source.TryReset())
        {
            Interlocked.Increment(ref _count);
            _kept.Enqueue(source);
        }
        else
        {
            source.Dispose();
        }
    }
}
