using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// A detector that counts consecutive failures. The count is kept in the endpoint's status, so that counting, detecting and claiming are one atomic
/// step.
/// </summary>
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

    /// <summary>The effect of an attempt on the count.</summary>
    protected enum Effect
    {
        None,
        Counts,
        Clears,
    }

    /// <summary>Counts the outcome of an attempt.</summary>
    public EndpointStatus Count(EndpointStatus status, in AttemptOutcome outcome) => EffectOf(outcome) switch
    {
        Effect.Counts => Write(status, Read(status) + 1),
        Effect.Clears => Clear(status),
        _ => status,
    };

    /// <summary>Whether the count has reached the threshold. (After a reload to a lower threshold it can be above.)</summary>
    public bool HasFired(EndpointStatus status) => Read(status) >= _threshold;

    /// <summary>Returns the status with this count reset, as after every detection, whether or not it ejects.</summary>
    public EndpointStatus Reset(EndpointStatus status) => Write(status, 0);

    /// <summary>Describes the detection. Requires a status in which this detector has fired.</summary>
    /// <param name="status">The status.</param>
    /// <param name="last">The failure that reached the threshold.</param>
    public Detection Describe(EndpointStatus status, in AttemptOutcome last)
    {
        uint count = Read(status);
        string reason = count == 1
            ? $"1 {Noun}: {last}"
            : string.Create(CultureInfo.InvariantCulture, $"{count} {Nouns} in a row, the last: {last}");
        return new Detection(_kind, reason, count, count, _enforcementPercent);
    }

    /// <summary>The readable name of a counted failure, in the singular.</summary>
    protected abstract string Noun { get; }

    /// <summary>The plural of <see cref="Noun"/>.</summary>
    protected virtual string Nouns => Noun + "s";

    protected abstract Effect EffectOf(in AttemptOutcome outcome);

    protected abstract uint Read(EndpointStatus status);

    protected abstract EndpointStatus Write(EndpointStatus status, uint count);

    /// <summary>A due detection that waits for a concurrent decision must not be lost.</summary>
    private EndpointStatus Clear(EndpointStatus status) => status.IsClaimed && HasFired(status) ? status : Write(status, 0);
}
