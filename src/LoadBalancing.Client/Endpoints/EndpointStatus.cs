namespace LoadBalancing.Client;

/// <summary>
/// An endpoint's failure streaks, its availability and its generation in one 64-bit word, so that a report can read, decide and act in one compare-and-swap.
/// </summary>
/// <remarks>
/// <code>
/// 63        40 39     38        37       36      24 23        12 11         0
/// generation   claim  failing   limited  errors      gateway      local
/// </code>
/// The generation grows by one at each ejection and at each restoration, so its lowest bit tells which came last: even = not ejected, odd = ejected. A lease
/// carries
/// the generation it was granted in; a report of another generation refers to an earlier state of the endpoint and must not count. 24 bits last for sixteen
/// years of one
/// ejection and one restoration per minute.
/// </remarks>
internal readonly struct EndpointStatus
{
    /// <summary>The largest threshold for a streak; streaks saturate here.</summary>
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

    /// <summary>Consecutive failures of any kind; without those of local origin where they are counted separately.</summary>
    public uint ConsecutiveErrors => StreakAt(ErrorsShift);

    /// <summary>Consecutive gateway failures.</summary>
    public uint ConsecutiveGatewayErrors => StreakAt(GatewayShift);

    /// <summary>Consecutive failures of local origin; 0 unless they are counted separately.</summary>
    public uint ConsecutiveLocalOriginFailures => StreakAt(LocalShift);

    public bool HasStreak => (Word & StreaksMask) != 0;

    /// <summary>
    /// Whether an ejection decision is in progress. Only one may be: a second one would find the ejection quota of the first taken and
    /// clear the streak that the first acts on, and neither would eject.
    /// </summary>
    public bool IsClaimed => (Word & ClaimFlag) != 0;

    public bool IsEjected => (Word & EjectedFlag) != 0;

    /// <summary>Whether health checks make it unavailable: they failed, or the first one is still to pass.</summary>
    public bool IsFailingHealthChecks => (Word & FailingHealthChecksFlag) != 0;

    /// <summary>Whether it receives no traffic, for either reason.</summary>
    public bool IsUnavailable => (Word & (EjectedFlag | FailingHealthChecksFlag)) != 0;

    /// <summary>Whether its attempts in flight are limited, so that it has to be examined before it is picked.</summary>
    public bool IsLimited => (Word & LimitedFlag) != 0;

    /// <summary>Whether it can be picked without further checks: it is available and has no limit.</summary>
    public bool IsUnrestricted => (Word & (EjectedFlag | FailingHealthChecksFlag | LimitedFlag)) == 0;

    public EndpointStatus WithConsecutiveErrors(uint count) => WithStreak(ErrorsShift, count);

    public EndpointStatus WithConsecutiveGatewayErrors(uint count) => WithStreak(GatewayShift, count);

    public EndpointStatus WithConsecutiveLocalOriginFailures(uint count) => WithStreak(LocalShift, count);

    /// <summary>The same, with the ejection decision claimed by the caller.</summary>
    public EndpointStatus WithClaim() => new(Word | ClaimFlag);

    /// <summary>The same, with the claim released.</summary>
    public EndpointStatus WithoutClaim() => new(Word & ~ClaimFlag);

    public EndpointStatus WithFailingHealthChecks(bool failing) => new(failing ? Word | FailingHealthChecksFlag : Word & ~FailingHealthChecksFlag);

    public EndpointStatus WithLimit(bool limited) => new(limited ? Word | LimitedFlag : Word & ~LimitedFlag);

    /// <summary>Toggles ejected; starts a new generation with streaks and claim cleared. The health check state and the limit flag stay.</summary>
    public EndpointStatus NextGeneration() =>
        new(((ulong)((Generation + 1) & GenerationMask) << GenerationShift) | (Word & (FailingHealthChecksFlag | LimitedFlag)));

    private uint StreakAt(int shift) => (uint)(Word >> shift) & MaxStreak;

    private EndpointStatus WithStreak(int shift, uint count) =>
        new((Word & ~((ulong)MaxStreak << shift)) | ((ulong)Math.Min(count, MaxStreak) << shift));
}
