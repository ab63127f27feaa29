namespace LoadBalancing.Client;

/// <summary>Lets one request at a time through to an endpoint that is out and whose time is up, and after one that failed nobody for a while.</summary>
internal sealed class TrialGate
{
    private long _closedUntil = long.MinValue;
    private int _taken;
    private bool _sawRetryable;
    private bool _admitsNonRetryable;

    /// <summary>Whether any request will do, and not only one that would be tried again elsewhere.</summary>
    public bool AdmitsNonRetryable => Volatile.Read(ref _admitsNonRetryable);

    /// <summary>Takes the one place. Whoever has it gives it back.</summary>
    /// <param name="isRetryable">Whether the request would be tried again elsewhere.</param>
    /// <param name="now">The timestamp of the pick.</param>
    public bool TryEnter(bool isRetryable, long now)
    {
        if (isRetryable)
        {
            Volatile.Write(ref _sawRetryable, true);
        }
        else if (!AdmitsNonRetryable)
        {
            return false;
        }

        if (IsClosed(now))
        {
            return false;
        }

        Interleaving.Writes(this);
        if (Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            return false;
        }

        // Between the look and the step, somebody else may have been there and failed.
        Interleaving.Reads(this);
        if (!IsClosed(now))
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Gives the place back.</summary>
    /// <param name="closedUntil">The timestamp from which on the next one may come; by default at once.</param>
    public void Leave(long closedUntil = long.MinValue)
    {
        if (closedUntil != long.MinValue)
        {
            Interleaving.Writes(this);
            Volatile.Write(ref _closedUntil, closedUntil);
        }

        Interleaving.Writes(this);
        Volatile.Write(ref _taken, 0);
    }

    /// <summary>A sweep found the time up. If none has asked since the last one that would be tried again elsewhere, any will do until the next.</summary>
    public void OnSweep()
    {
        Volatile.Write(ref _admitsNonRetryable, !Volatile.Read(ref _sawRetryable));
        Volatile.Write(ref _sawRetryable, false);
    }

    private bool IsClosed(long now) => now < Volatile.Read(ref _closedUntil);
}
