using System.Collections.Concurrent;
using System.Diagnostics;

namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// Listens to sources of spans and keeps those of one trace, which begins with this object: create it in the test itself, so that what the test then calls belongs to the trace. Sources belong to
/// the whole process, so tests that use it run alone.
/// </summary>
public sealed class SpanRecorder : IDisposable
{
    /// <summary>The source of the platform's client spans.</summary>
    public const string SystemNetHttp = "System.Net.Http";

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    /// <param name="sampling">What is wanted of each span.</param>
    /// <param name="sources">Names of sources beside the library's own.</param>
    public SpanRecorder(ActivitySamplingResult sampling = ActivitySamplingResult.AllDataAndRecorded, params string[] sources)
    {
        Root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == LoadBalancingTelemetry.ActivitySourceName || sources.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
            {
                SampledTags = [.. options.Tags ?? []];
                return sampling;
            },
            ActivityStopped = activity =>
            {
                if (activity.TraceId == Root.TraceId)
                {
                    _ended.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What everything in the test descends from.</summary>
    public Activity Root { get; }

    /// <summary>What was known of the last span when it was decided whether to make it.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> SampledTags { get; private set; } = [];

    /// <summary>The library's own spans, in the order in which they ended.</summary>
    public IReadOnlyList<Activity> Calls => [.. _ended.Where(static span => span.Source.Name == LoadBalancingTelemetry.ActivitySourceName)];

    /// <summary>The platform's client spans, in the order in which they ended.</summary>
    public IReadOnlyList<Activity> Attempts => [.. _ended.Where(static span => span.Source.Name == SystemNetHttp)];

    /// <summary>All tags of a span or an event as one text, ordered by name.</summary>
    public static string FormatTags(IEnumerable<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => $"{tag.Key}={tag.Value}"));

    public void Dispose()
    {
        _listener.Dispose();
        Root.Stop();
    }
}
