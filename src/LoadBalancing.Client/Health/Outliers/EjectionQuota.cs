namespace LoadBalancing.Client;

/// <summary>Counts the endpoints that are out, and lets no more out than the limit of the moment. An ejection reserves its slot first and gives it back if it loses the race for the endpoint.</summary>
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
