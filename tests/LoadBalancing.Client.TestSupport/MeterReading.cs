using System.Diagnostics.Metrics;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A measurement.</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="Value">The value.</param>
/// <param name="Tags">The tags, as recorded.</param>
public sealed record MeterReading(Instrument Instrument, double Value, IReadOnlyList<KeyValuePair<string, object?>> Tags)
{
    /// <summary>The tags as one string, ordered by name.</summary>
    public string Series => string.Join(' ', Tags.OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => $"{tag.Key}={tag.Value}"));
}
