using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>One event of a timeline.</summary>
public readonly record struct RecordedEvent
{
    /// <summary>The time since the recorder was created.</summary>
    public TimeSpan At { get; init; }

    /// <summary>The kind of event.</summary>
    public RecordedEventKind Kind { get; init; }

    /// <summary>The client.</summary>
    public string Client { get; init; }

    /// <summary>The endpoint; null if there is none.</summary>
    public UpstreamEndpoint? Endpoint { get; init; }

    /// <summary>The outcome of an attempt; neutral for other events.</summary>
    public AttemptOutcome Outcome { get; init; }

    /// <summary>The duration of an attempt, the minimum duration of an ejection, or the delay before a retry.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Details, such as the reason; null if there are none.</summary>
    public string? Detail { get; init; }

    /// <summary>The event as one line, independent of the culture.</summary>
    public override string ToString()
    {
        var line = new StringBuilder();
        AppendTo(line);
        return line.ToString();
    }

    internal void AppendTo(StringBuilder line)
    {
        line.Append(CultureInfo.InvariantCulture, $"{At:hh\\:mm\\:ss\\.ffffff}  {Client,-10}  {NameOf(Kind),-11}");
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
