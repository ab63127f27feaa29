using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>One line of a time line.</summary>
public readonly record struct RecordedEvent
{
    /// <summary>When, since the recorder was made.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>What.</summary>
    public RecordedEventKind Kind { get; init; }

    /// <summary>The client in which it happened.</summary>
    public string Client { get; init; }

    /// <summary>The endpoint that it concerns; null when it is none.</summary>
    public UpstreamEndpoint? Endpoint { get; init; }

    /// <summary>What became of an attempt; neutral for everything that is none.</summary>
    public AttemptOutcome Outcome { get; init; }

    /// <summary>How long the attempt took; for an ejection its least length; for a retry the wait before it.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why, or which, in words; null when there is nothing to say.</summary>
    public string? Detail { get; init; }

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
