namespace LoadBalancing.Client;

/// <summary>
/// Chooses a level and delegates to its picker. One draw decides: its hundredth selects the priority, the remainder the locality. Under a strategy that hashes
/// the hundredth is the hash modulo 100, as in Envoy, so that a key stays
/// with its level.
/// </summary>
/// <remarks>
/// <code>
/// draw --> priority by percent --> locality by share --> its picker
///                                  no result: the other localities of the priority, then the other priorities
/// </code>
/// A retry is drawn into a locality that the call has not tried, if its priority has one.
/// </remarks>
internal sealed class LevelsPicker : IEndpointPicker
{
    private const int Percents = 100;

    private readonly SnapshotLevel[][] _priorities;
    private readonly int[] _priorityOf;
    private readonly bool _usesHash;
    private readonly RandomSource _random;

    /// <param name="priorities">The levels of each priority.</param>
    /// <param name="percents">The share of each priority; they add up to 100.</param>
    /// <param name="usesHash">Whether keys stay with their level.</param>
    /// <param name="random">The source of draws.</param>
    public LevelsPicker(SnapshotLevel[][] priorities, int[] percents, bool usesHash, RandomSource random)
    {
        _priorities = priorities;
        _priorityOf = [.. percents.SelectMany(static (percent, priority) => Enumerable.Repeat(priority, percent))];
        _usesHash = usesHash;
        _random = random;
    }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        ulong remainder;
        int priority;
        if (_usesHash && context.HasHash)
        {
            remainder = context.HashValue;
            priority = _priorityOf[(int)(remainder % Percents)];
        }
        else
        {
            priority = _priorityOf[(int)Math.BigMul(_random.NextUInt64(), Percents, out remainder)];
        }

        SnapshotLevel[] levels = _priorities[priority];
        SnapshotLevel drawn = levels[0];
        if (levels.Length > 1)
        {
            drawn = Draw(levels, remainder, context.TriedEndpoints);
        }

        return drawn.Pick(context) ?? (drawn.FailsInPanic ? null : PickFromOtherLevels(drawn, priority, context));
    }

    /// <summary>Draws by share, among localities that the call has not tried if there are any.</summary>
    private static SnapshotLevel Draw(SnapshotLevel[] levels, ulong number, IReadOnlyList<UpstreamEndpoint>? tried)
    {
        double total = 0;
        bool avoidsTried = false;
        if (tried is { Count: > 0 })
        {
            foreach (SnapshotLevel level in levels)
            {
                total += HasTried(level, tried) ? 0 : level.Share;
            }

            avoidsTried = total > 0;
        }

        if (!avoidsTried)
        {
            total = 0;
            foreach (SnapshotLevel level in levels)
            {
                total += level.Share;
            }
        }

        double draw = (number >> 11) * (1.0 / (1UL << 53)) * total;
        SnapshotLevel drawn = levels[0];
        foreach (SnapshotLevel level in levels)
        {
            if (level.Share <= 0 || (avoidsTried && HasTried(level, tried!)))
            {
                continue;
            }

            drawn = level;
            draw -= level.Share;
            if (draw < 0)
            {
                break;
            }
        }

        return drawn;
    }

    private static bool HasTried(SnapshotLevel level, IReadOnlyList<UpstreamEndpoint> tried)
    {
        for (int i = 0; i < tried.Count; i++)
        {
            if (tried[i].Locality == level.Level.Locality)
            {
                return true;
            }
        }

        return false;
    }

    private UpstreamEndpoint? PickFromOtherLevels(SnapshotLevel empty, int priority, in PickContext context)
    {
        if (PickFirst(_priorities[priority], empty, context) is { } near)
        {
            return near;
        }

        for (int other = 0; other < _priorities.Length; other++)
        {
            if (other != priority && PickFirst(_priorities[other], empty, context) is { } far)
            {
                return far;
            }
        }

        return null;
    }

    private static UpstreamEndpoint? PickFirst(SnapshotLevel[] levels, SnapshotLevel except, in PickContext context)
    {
        foreach (SnapshotLevel level in levels)
        {
            if (level != except && !level.FailsInPanic && level.Pick(context) is { } picked)
            {
                return picked;
            }
        }

        return null;
    }
}
