namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>Makes foreign code of one kind throw once, at its n-th call since the trap was set.</summary>
internal sealed class Trap(ForeignCodeKind kind)
{
    private int _callsLeft;

    public bool HasSprung => Volatile.Read(ref _callsLeft) <= 0;

    /// <summary>Sets the trap.</summary>
    /// <param name="call">The call that throws, from 1.</param>
    public void Set(int call) => Volatile.Write(ref _callsLeft, call);

    /// <summary>Called by all foreign code, first of all.</summary>
    public void Enter(ForeignCodeKind caller)
    {
        if (caller == kind && Interlocked.Decrement(ref _callsLeft) == 0)
        {
            throw new InvalidDataException($"{kind}");
        }
    }
}
