namespace LoadBalancing.Client;

/// <summary>
/// Counts ejected endpoints, and allows no more ejections than the current limit. An ejection reserves quota first, and releases it if it loses the
/// race for the endpoint.
/// </summary>
internal sealed class EjectionQuota
{
    private int _ejected;

    public int Ejected
    {
        get
        {
            Interleaving.Reads(this);
            return Volatile.Read(ref _ejected);
        }
    }

    public bool TryReserve(int limit)
    {
        int ejected = Ejected;
        while (ejected < limit)
        {
            Interleaving.Writes(this);
            int seen = Interlocked.CompareExchange(ref _ejected, ejected + 1, ejected);
            if (seen == ejected)
            {
                return true;
            }

            ejected = seen;
        }

        return false;
    }

    public void Release()
    {
        Interleaving.Writes(this);
        Interlocked.Decrement(ref _ejected);
    }
}
