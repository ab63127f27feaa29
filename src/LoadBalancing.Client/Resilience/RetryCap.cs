namespace LoadBalancing.Client;

/// <summary>Bounds how many calls of one cluster are in retries at once, so that an outage is not multiplied. A call holds its place from the wait before its first retry until it ends.</summary>
internal sealed class RetryCap
{
    /// <summary>Enough for every request under way at a server that was just killed; far below what a storm needs.</summary>
    public const int Limit = 100;

    private int _held;

    public int Held => Volatile.Read(ref _held);

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _held) <= Limit)
        {
            return true;
        }

        Interlocked.Decrement(ref _held);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _held);
}
