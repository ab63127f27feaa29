using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>One event of a timeline. Immutable.</summary>
public readonly struct RecordedEvent
{
    /// <summary>The time since the recorder was created.</summary>
    public TimeSpan Time { get; internal init; }

    /// <summary>The kind of event.</summary>
    public RecordedEventKind Kind { get; internal init; }

    /// <summary>The client.</summary>
    public string Client { get; internal init; }

    /// <summary>The endpoint; null if there is none.</summary>
    public UpstreamEndpoint? Endpoint { get; internal init; }

    /// <summary>The outcome of an attempt; neutral for other events.</summary>
    public AttemptOutcome Outcome { get; internal init; }

    /// <summary>The duration of an attempt, the minimum duration of an ejection, or the delay before a retry.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>The detector, for <see cref="RecordedEventKind.Ejected"/> and <see cref="RecordedEventKind.EjectionRefused"/>; null for other events.</summary>
    public OutlierDetectorKind? Detector { get; internal init; }

    /// <summary>What restored the endpoint, for <see cref="RecordedEventKind.Restored"/>; null for other events.</summary>
    public RestoreCause? Cause { get; internal init; }

    /// <summary>Details as text, such as the reason; null if there are none. Do not compare it: it can change with a release.</summary>
    public string? Detail { get; internal init; }

    /// <summary>The event as one line, independent of the culture.</summary>
    public override string ToString()
    {
        var line = new StringBuilder();
        AppendTo(line);
        return line.ToString();
    }

    internal void AppendTo(StringBuilder line)
    {
        line.Append(CultureInfo.InvariantCulture, $"{Time:hh\\:mm\\:ss\\.ffffff}  {Client,-10}  {NameOf(Kind),-11}");
        if (Endpoint is not null)
        {
            line.Append("  ").Append(Endpoint.Address.Authority);
        }

        switch (Kind)
        {
            case RecordedEventKind.Reported or RecordedEventKind.Ended:
                line.Append(CultureInfo.InvariantCulture, $"  {Outcome} after {Duration.TotalMilliseconds:0.###} ms");
                break;
            case RecordedEventKind.Ejected:
                line.Append(CultureInfo.InvariantCulture, $"  for at least {Duration.TotalSeconds:0.###} s: {Detail}");
                break;
            case RecordedEventKind.Retried:
                line.Append(CultureInfo.InvariantCulture, $"  after {Detail}, in {Duration.TotalMilliseconds:0.###} ms");
                break;
            default:
                line.Append(Detail is null ? "" : "  ").Append(Detail);
                break;
        }
    }

    private static string NameOf(RecordedEventKind kind) => kind switch
    {
        RecordedEventKind.Picked => "picked",
        RecordedEventKind.Reported => "reported",
        RecordedEventKind.Ended => "ended",
        RecordedEventKind.Retried => "retry",
        RecordedEventKind.Ejected => "EJECTED",
        RecordedEventKind.EjectionRefused => "NOT EJECTED",
        RecordedEventKind.Restored => "RESTORED",
        RecordedEventKind.EndpointsChanged => "endpoints",
        _ => "note",
    };
}
