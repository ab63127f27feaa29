using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>A detector that counts failures in a row. The count is kept in the endpoint's status, so that counting, finding and claiming are one step.</summary>
internal abstract class StreakDetector
{
    private readonly OutlierDetectorKind _kind;
    private readonly uint _threshold;
    private readonly double _enforcementPercent;

    protected StreakDetector(OutlierDetectorKind kind, uint threshold, double enforcing)
    {
        _kind = kind;
        _threshold = threshold;
        _enforcementPercent = enforcing;
    }

    /// <summary>What an attempt does to the count.</summary>
    protected enum Effect
    {
        None,
        Counts,
        Clears,
    }

    /// <summary>Adds what came of an attempt.</summary>
    public EndpointStatus Count(EndpointStatus status, in AttemptOutcome outcome) => EffectOf(outcome) switch
    {
        Effect.Counts => Write(status, Read(status) + 1),
        Effect.Clears => Clear(status),
        _ => status,
    };

    /// <summary>Whether there are too many. (After a reload to a lower threshold there can be more than that.)</summary>
    public bool HasFired(EndpointStatus status) => Read(status) >= _threshold;

    /// <summary>The same status with this count begun anew, as after every detection, whatever follows from it.</summary>
    public EndpointStatus Reset(EndpointStatus status) => Write(status, 0);

    /// <summary>What was found, to be called on a status in which this detector has fired.</summary>
    /// <param name="status">The status.</param>
    /// <param name="last">The failure that was one too many.</param>
    public Detection Describe(EndpointStatus status, in AttemptOutcome last)
    {
        uint count = Read(status);
        string reason = count == 1
            ? $"1 {Noun}: {last}"
            : string.Create(CultureInfo.InvariantCulture, $"{count} {Nouns} in a row, the last: {last}");
        return new Detection(_kind, reason, count, count, _enforcementPercent);
    }

    /// <summary>What is counted, for people, in the singular.</summary>
    protected abstract string Noun { get; }

    /// <summary>The same, of several.</summary>
    protected virtual string Nouns => Noun + "s";

    protected abstract Effect EffectOf(in AttemptOutcome outcome);

    protected abstract uint Read(EndpointStatus status);

    protected abstract EndpointStatus Write(EndpointStatus status, uint count);

    /// <summary>A detection that waits for somebody else's decision to be made is not to be forgotten.</summary>
    private EndpointStatus Clear(EndpointStatus status) => status.IsClaimed && HasFired(status) ? status : Write(status, 0);
}
