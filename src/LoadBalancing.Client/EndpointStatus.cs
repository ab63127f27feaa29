namespace LoadBalancing.Client;

/// <summary>
/// An endpoint's streak of failures, whether it is in service, and its generation, in one 64-bit word, so that a report can
/// read, judge and act in one compare-and-swap.
/// </summary>
/// <remarks>
/// The generation grows by one at each ejection and at each return, so its lowest bit says which of the two came last:
/// even = in service, odd = out. A lease carries the generation it was granted in; a report whose generation is not the
/// current one comes from another life of the endpoint and must not count.
/// </remarks>
internal readonly struct EndpointStatus
{
    private const uint Claim = 1u << 31;

    public EndpointStatus(ulong word) => Word = word;

    private EndpointStatus(uint generation, uint streak) => Word = ((ulong)generation << 32) | streak;

    public ulong Word { get; }

    public uint Generation => (uint)(Word >> 32);

    public uint Streak => (uint)Word & ~Claim;

    /// <summary>
    /// Whether a report is deciding just now if the endpoint goes out. Nobody else may: a second one would find the slot of the first taken and
    /// clear the streak that the first is acting on, and neither would eject.
    /// </summary>
    public bool IsClaimed => ((uint)Word & Claim) != 0;

    public bool IsOut => (Word & (1UL << 32)) != 0;

    public EndpointStatus WithStreak(uint streak) => new(Generation, streak);

    /// <summary>The same, with the decision about it taken by the caller.</summary>
    public EndpointStatus Claimed() => new(Word | Claim);

    /// <summary>The other of in service and out, in a new generation and with nothing held against it.</summary>
    public EndpointStatus NextGeneration() => new(Generation + 1, streak: 0);
}
