using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>One line of a time line. Immutable.</summary>
public readonly struct RecordedEvent
{
    /// <summary>When, since the recorder was made.</summary>
    public TimeSpan Time { get; internal init; }

    /// <summary>What.</summary>
    public RecordedEventKind Kind { get; internal init; }

    /// <summary>The client in which it happened.</summary>
    public string Client { get; internal init; }

    /// <summary>The endpoint that it concerns; null when it is none.</summary>
    public UpstreamEndpoint? Endpoint { get; internal init; }

    /// <summary>What became of an attempt; neutral for everything that is none.</summary>
    public AttemptOutcome Outcome { get; internal init; }

    /// <summary>How long the attempt took; for an ejection its least length; for a retry the wait before it.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>The detector that judged, for <see cref="RecordedEventKind.Ejected"/> and <see cref="RecordedEventKind.EjectionRefused"/>; null for all else.</summary>
    public OutlierDetectorKind? Detector { get; internal init; }

    /// <summary>What restored the endpoint, for <see cref="RecordedEventKind.Restored"/>; null for all else.</summary>
    public RestoreCause? Cause { get; internal init; }

    /// <summary>Why, or which, in words for people; null when there is nothing to say. Not to be compared: it can change with a release.</summary>
    public string? Detail { get; internal init; }

    /// <summary>The line: the same event gives the same text in every culture.</summary>
    public override string ToString()
    {
        var line = new StringBuilder();
        AppendTo(line);
        return line.ToString();
    }

    internal void AppendTo(StringBuilder line)
    {
        line.Append(CultureInfo.InvariantCulture, $"{Time:hh\\:mm\\:ss\\.ffffff}  {Client,-10}  {NameOf(Kind),-9}");
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
        RecordedEventKind.EjectionRefused => "KEPT IN",
        RecordedEventKind.Restored => "RETURNED",
        RecordedEventKind.EndpointsChanged => "endpoints",
        _ => "note",
    };
}
