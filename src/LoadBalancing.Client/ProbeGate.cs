namespace LoadBalancing.Client;

/// <summary>Lets one request at a time through to an endpoint that is out and whose time is up.</summary>
internal sealed class ProbeGate
{
    private int _taken;
    private bool _wasTried;
    private bool _admitsAny;

    /// <summary>Whether any request will do, and not only one that would be tried again elsewhere.</summary>
    public bool AdmitsAny => Volatile.Read(ref _admitsAny);

    /// <summary>Takes the one place. Whoever has it gives it back.</summary>
    public bool TryEnter(bool isRetryable)
    {
        if (!isRetryable && !AdmitsAny)
        {
            return false;
        }

        Interleaving.Writes(this);
        if (Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            return false;
        }

        Volatile.Write(ref _wasTried, true);
        return true;
    }

    public void Leave()
    {
        Interleaving.Writes(this);
        Volatile.Write(ref _taken, 0);
    }

    /// <summary>A sweep found the time up. If nobody has come since, the next one need not be of the kind that is tried again.</summary>
    public void AtSweep()
    {
        if (!Volatile.Read(ref _wasTried))
        {
            Volatile.Write(ref _admitsAny, true);
        }
    }
}
