using System.Diagnostics;
using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// The span of one balanced call: from its first pick to the headers of its answer, with an event for each attempt. It is of the kind "internal": the primary handler makes the client span of
/// each attempt, below this one. There is none while nobody listens, and none for calls that the listeners do not sample.
/// </summary>
/// <remarks>For one call at a time, which makes its attempts one after the other.</remarks>
internal sealed class CallSpan : IDisposable
{
    /// <summary>Of all containers of the process: unlike meters, sources have no factory that could keep them apart.</summary>
    private static readonly ActivitySource Source = new(LoadBalancingTelemetry.ActivitySourceName);

    private readonly Activity _activity;
    private int _attempts;

    private CallSpan(Activity activity) => _activity = activity;

    /// <summary>Whether anybody listens, and calls must go the way on which spans are made.</summary>
    public static bool HasListeners => Source.HasListeners();

    /// <summary>Begins a span below the current one. Null when nobody wants this one.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="subset">Its subset; null for the whole service.</param>
    /// <param name="method">One of the methods that the conventions know, or what they say for others.</param>
    /// <param name="host">The host that the caller named.</param>
    public static CallSpan? Start(string cluster, string? subset, string method, string host)
    {
        // What is given here and not later can be seen by samplers.
        KeyValuePair<string, object?>[] tags = [new(MetricTags.Cluster, cluster), new(SpanNames.RequestMethod, method), new(MetricTags.ServerAddress, host)];
        if (subset is not null)
        {
            tags = [.. tags, new(MetricTags.Subset, subset)];
        }

        Activity? activity = Source.StartActivity($"{SpanNames.Call} {cluster}", ActivityKind.Internal, default(ActivityContext), tags);
        return activity is null ? null : new CallSpan(activity);
    }

    /// <summary>An attempt came to an outcome.</summary>
    public void AddAttempt(string serverAddress, int? serverPort, string outcome, bool inPanic = false)
    {
        _attempts++;
        if (_activity.IsAllDataRequested)
        {
            ActivityTagsCollection tags = ServerTags(serverAddress, serverPort);
            tags.Add(MetricTags.Outcome, outcome);
            tags.Add(SpanNames.AttemptNumber, _attempts);
            if (inPanic)
            {
                tags.Add(SpanNames.Panic, true);
            }

            _activity.AddEvent(new ActivityEvent(SpanNames.Attempt, tags: tags));
        }
    }

    /// <summary>The last attempt took its endpoint out of service.</summary>
    public void AddEjection(string serverAddress, int? serverPort)
    {
        if (_activity.IsAllDataRequested)
        {
            _activity.AddEvent(new ActivityEvent(SpanNames.Ejection, tags: ServerTags(serverAddress, serverPort)));
        }
    }

    /// <summary>The call has an answer. From 400 on that is an error of the call, as it is for the client spans of HTTP.</summary>
    public void SetResponse(int statusCode)
    {
        _activity.SetTag(SpanNames.StatusCode, statusCode);
        if (statusCode >= 400)
        {
            SetError(statusCode.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The call failed.</summary>
    /// <param name="errorType">Of what: one of a bounded set of words, and no message, which could contain anything.</param>
    public void SetError(string errorType)
    {
        _activity.SetTag(SpanNames.ErrorType, errorType);
        _activity.SetStatus(ActivityStatusCode.Error);
    }

    public void Dispose()
    {
        if (_attempts > 1)
        {
            _activity.SetTag(SpanNames.ResendCount, _attempts - 1);
        }

        _activity.Dispose();
    }

    private static ActivityTagsCollection ServerTags(string serverAddress, int? serverPort)
    {
        var tags = new ActivityTagsCollection { { MetricTags.ServerAddress, serverAddress } };
        if (serverPort is { } port)
        {
            tags.Add(MetricTags.ServerPort, port);
        }

        return tags;
    }
}
