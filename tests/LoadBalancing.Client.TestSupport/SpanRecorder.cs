using System.Collections.Concurrent;
using System.Diagnostics;

namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// Records the spans of one trace, which starts with this object: create it in the test itself, so that the calls of the test belong to the trace. Activity
/// sources are shared by the whole process, so tests that use it do not run in parallel.
/// </summary>
public sealed class SpanRecorder : IDisposable
{
    /// <summary>The source of the platform's client spans.</summary>
    public const string SystemNetHttp = "System.Net.Http";

    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    /// <param name="sampling">The sampling result for each span.</param>
    /// <param name="sources">Names of sources in addition to the library's own.</param>
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

    /// <summary>The root span of the test.</summary>
    public Activity Root { get; }

    /// <summary>The tags of the last span at its sampling decision.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> SampledTags { get; private set; } = [];

    /// <summary>The library's spans, in the order in which they ended.</summary>
    public IReadOnlyList<Activity> Calls => [.. _ended.Where(static span => span.Source.Name == LoadBalancingTelemetry.ActivitySourceName)];

    /// <summary>The platform's client spans, in the order in which they ended.</summary>
    public IReadOnlyList<Activity> Attempts => [.. _ended.Where(static span => span.Source.Name == SystemNetHttp)];

    /// <summary>The tags of a span or event as one string, ordered by name.</summary>
    public static string FormatTags(IEnumerable<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => $"{tag.Key}={tag.Value}"));

    public void Dispose()
    {
        _listener.Dispose();
        Root.Stop();
    }
}
