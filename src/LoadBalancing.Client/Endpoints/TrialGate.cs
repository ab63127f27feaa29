namespace LoadBalancing.Client;

/// <summary>Admits one request at a time to an ejected endpoint whose ejection time is over; after a failed one it stays closed for a while.</summary>
internal sealed class TrialGate
{
    private long _closedUntil = long.MinValue;
    private int _taken;
    private bool _sawRetryable;
    private bool _admitsNonRetryable;

    /// <summary>Whether it admits any request, not only one that would be retried elsewhere.</summary>
    public bool AdmitsNonRetryable => Volatile.Read(ref _admitsNonRetryable);

    /// <summary>Takes the single permit; a caller that gets it must call <see cref="Leave"/>.</summary>
    /// <param name="isRetryable">Whether the request would be retried elsewhere.</param>
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

        // Between the check and the exchange another request may have entered and failed.
        Interleaving.Reads(this);
        if (!IsClosed(now))
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Releases the permit.</summary>
    /// <param name="closedUntil">The timestamp before which no other request is admitted; by default there is none.</param>
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

    /// <summary>
    /// A sweep found the ejection time over. If no retryable request has asked since the previous sweep, any request is admitted until the next.
    /// </summary>
    public void OnSweep()
    {
        Volatile.Write(ref _admitsNonRetryable, !Volatile.Read(ref _sawRetryable));
        Volatile.Write(ref _sawRetryable, false);
    }

    private bool IsClosed(long now) => now < Volatile.Read(ref _closedUntil);
}
