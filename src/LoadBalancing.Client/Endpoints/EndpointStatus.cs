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
    public const uint LongestStreak = (1 << StreakBits) - 1;

    private const int StreakBits = 12;
    private const int LocalShift = 0;
    private const int GatewayShift = StreakBits;
    private const int ErrorsShift = 2 * StreakBits;
    private const int GenerationShift = 40;
    private const uint LastGeneration = (1 << 24) - 1;
    private const ulong Streaks = (1UL << (3 * StreakBits)) - 1;
    private const ulong Limited = 1UL << 37;
    private const ulong Failing = 1UL << 38;
    private const ulong Claim = 1UL << 39;
    private const ulong Odd = 1UL << GenerationShift;

    public EndpointStatus(ulong word) => Word = word;

    public ulong Word { get; }

    public uint Generation => (uint)(Word >> GenerationShift);

    /// <summary>Failures of any kind in a row; without those of local origin where they are counted apart.</summary>
    public uint Errors => StreakAt(ErrorsShift);

    /// <summary>Gateway failures in a row.</summary>
    public uint GatewayErrors => StreakAt(GatewayShift);

    /// <summary>Failures of local origin in a row; 0 unless they are counted apart.</summary>
    public uint LocalFailures => StreakAt(LocalShift);

    public bool HasStreak => (Word & Streaks) != 0;

    /// <summary>
    /// Whether somebody is deciding just now if the endpoint goes out. Nobody else may: a second one would find the slot of the first taken and
    /// give up what the first is acting on, and neither would eject.
    /// </summary>
    public bool IsClaimed => (Word & Claim) != 0;

    public bool IsEjected => (Word & Odd) != 0;

    /// <summary>Whether active checks say that it must not be used: they failed, or it has to pass one first.</summary>
    public bool IsFailingChecks => (Word & Failing) != 0;

    /// <summary>Whether it is given no traffic, for either reason.</summary>
    public bool IsOut => (Word & (Odd | Failing)) != 0;

    /// <summary>Whether there is a limit to what may be under way on it, so that it has to be looked at before it is picked.</summary>
    public bool IsLimited => (Word & Limited) != 0;

    /// <summary>Whether it can be picked without a second look: it is given traffic, and any amount of it.</summary>
    public bool IsOpen => (Word & (Odd | Failing | Limited)) == 0;

    public EndpointStatus WithErrors(uint count) => WithStreak(ErrorsShift, count);

    public EndpointStatus WithGatewayErrors(uint count) => WithStreak(GatewayShift, count);

    public EndpointStatus WithLocalFailures(uint count) => WithStreak(LocalShift, count);

    /// <summary>The same, with the decision about it taken by the caller.</summary>
    public EndpointStatus Claimed() => new(Word | Claim);

    /// <summary>The same, with the decision about it given up.</summary>
    public EndpointStatus Unclaimed() => new(Word & ~Claim);

    public EndpointStatus WithFailingChecks(bool failing) => new(failing ? Word | Failing : Word & ~Failing);

    public EndpointStatus WithLimit(bool limited) => new(limited ? Word | Limited : Word & ~Limited);

    /// <summary>The other of in and ejected, in a new generation, with nothing held against it and decided by nobody. What active checks say stays, and whether there is a limit.</summary>
    public EndpointStatus NextGeneration() => new(((ulong)((Generation + 1) & LastGeneration) << GenerationShift) | (Word & (Failing | Limited)));

    private uint StreakAt(int shift) => (uint)(Word >> shift) & LongestStreak;

    private EndpointStatus WithStreak(int shift, uint count) =>
        new((Word & ~((ulong)LongestStreak << shift)) | ((ulong)Math.Min(count, LongestStreak) << shift));
}
