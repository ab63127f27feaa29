namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>Makes foreign code of one kind throw once, at its n-th call.</summary>
internal sealed class Trap(ForeignCodeKind kind, int call)
{
    private int _calls;

    public bool HasSprung { get; private set; }

    /// <summary>Called by all foreign code, first of all.</summary>
    public void Enter(ForeignCodeKind caller)
    {
        if (caller == kind && Interlocked.Increment(ref _calls) == call)
        {
            HasSprung = true;
            throw new InvalidDataException($"{kind}, call {call}");
        }
    }
}
