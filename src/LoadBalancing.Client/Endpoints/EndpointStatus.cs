namespace LoadBalancing.Client;

/// <summary>
/// An endpoint's streaks of failures, whether it is in service, and its generation, in one 64-bit word, so that a report can
/// read, judge and act in one compare-and-swap.
/// </summary>
/// <remarks>
/// <code>
/// 63        40 39     38        37       36      24 23        12 11         0
/// generation   claim  failing   limited  errors      gateway      local
/// </code>
/// The generation grows by one at each ejection and at each return, so its lowest bit says which of the two came last:
/// even = in, odd = ejected. A lease carries the generation it was granted in; a report whose generation is not the
/// current one comes from another life of the endpoint and must not count. 24 bits are enough for sixteen years of an ejection and a return each minute.
/// </remarks>
internal readonly struct EndpointStatus
{
    /// <summary>The largest threshold for a streak. A streak stops here.</summary>
    public const uint MaxStreak = (1 << StreakBits) - 1;

    private const int StreakBits = 12;
    private const int LocalShift = 0;
    private const int GatewayShift = StreakBits;
    private const int ErrorsShift = 2 * StreakBits;
    private const int GenerationShift = 40;
    private const uint GenerationMask = (1 << 24) - 1;
    private const ulong StreaksMask = (1UL << (3 * StreakBits)) - 1;
    private const ulong LimitedFlag = 1UL << 37;
    private const ulong FailingHealthChecksFlag = 1UL << 38;
    private const ulong ClaimFlag = 1UL << 39;
    private const ulong EjectedFlag = 1UL << GenerationShift;

    public EndpointStatus(ulong word) => Word = word;

    public ulong Word { get; }

    public uint Generation => (uint)(Word >> GenerationShift);

    /// <summary>Failures of any kind in a row; without those of local origin where they are counted apart.</summary>
    public uint ConsecutiveErrors => StreakAt(ErrorsShift);

    /// <summary>Gateway failures in a row.</summary>
    public uint ConsecutiveGatewayErrors => StreakAt(GatewayShift);

    /// <summary>Failures of local origin in a row; 0 unless they are counted apart.</summary>
    public uint ConsecutiveLocalOriginFailures => StreakAt(LocalShift);

    public bool HasStreak => (Word & StreaksMask) != 0;

    /// <summary>
    /// Whether somebody is deciding just now if the endpoint goes out. Nobody else may: a second one would find the slot of the first taken and
    /// give up what the first is acting on, and neither would eject.
    /// </summary>
    public bool IsClaimed => (Word & ClaimFlag) != 0;

    public bool IsEjected => (Word & EjectedFlag) != 0;

    /// <summary>Whether active checks say that it must not be used: they failed, or it has to pass one first.</summary>
    public bool IsFailingHealthChecks => (Word & FailingHealthChecksFlag) != 0;

    /// <summary>Whether it is given no traffic, for either reason.</summary>
    public bool IsUnavailable => (Word & (EjectedFlag | FailingHealthChecksFlag)) != 0;

    /// <summary>Whether there is a limit to what may be under way on it, so that it has to be looked at before it is picked.</summary>
    public bool IsLimited => (Word & LimitedFlag) != 0;

    /// <summary>Whether it can be picked without a second look: it is given traffic, and any amount of it.</summary>
    public bool IsUnrestricted => (Word & (EjectedFlag | FailingHealthChecksFlag | LimitedFlag)) == 0;

    public EndpointStatus WithConsecutiveErrors(uint count) => WithStreak(ErrorsShift, count);

    public EndpointStatus WithConsecutiveGatewayErrors(uint count) => WithStreak(GatewayShift, count);

    public EndpointStatus WithConsecutiveLocalOriginFailures(uint count) => WithStreak(LocalShift, count);

    /// <summary>The same, with the decision about it taken by the caller.</summary>
    public EndpointStatus WithClaim() => new(Word | ClaimFlag);

    /// <summary>The same, with the decision about it given up.</summary>
    public EndpointStatus WithoutClaim() => new(Word & ~ClaimFlag);

    public EndpointStatus WithFailingHealthChecks(bool failing) => new(failing ? Word | FailingHealthChecksFlag : Word & ~FailingHealthChecksFlag);

    public EndpointStatus WithLimit(bool limited) => new(limited ? Word | LimitedFlag : Word & ~LimitedFlag);

    /// <summary>The other of in and ejected, in a new generation, with nothing held against it and decided by nobody. What active checks say stays, and whether there is a limit.</summary>
    public EndpointStatus NextGeneration() => new(((ulong)((Generation + 1) & GenerationMask) << GenerationShift) | (Word & (FailingHealthChecksFlag | LimitedFlag)));

    private uint StreakAt(int shift) => (uint)(Word >> shift) & MaxStreak;

    private EndpointStatus WithStreak(int shift, uint count) =>
        new((Word & ~((ulong)MaxStreak << shift)) | ((ulong)Math.Min(count, MaxStreak) << shift));
}
