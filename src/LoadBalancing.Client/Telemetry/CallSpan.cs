using System.Diagnostics;
using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// The span of one balanced call, from its first pick to the response headers, with an event for each attempt. Its kind is "internal": the primary handler
/// creates the client span of
/// each attempt below it. There is none without a listener, and none for calls that listeners do not sample.
/// </summary>
/// <remarks>For one call at a time, whose attempts are sequential.</remarks>
internal sealed class CallSpan : IDisposable
{
    /// <summary>Shared by all containers of the process: unlike meters, activity sources have no factory that separates them.</summary>
    private static readonly ActivitySource Source = new(LoadBalancingTelemetry.ActivitySourceName);

    private readonly Activity _activity;
    private readonly Activity? _parent;
    private readonly SuppressedExceptions _suppressed;
    private int _attempts;

    private CallSpan(Activity activity, Activity? parent, SuppressedExceptions suppressed)
    {
        _activity = activity;
        _parent = parent;
        _suppressed = suppressed;
    }

    /// <summary>Whether there is a listener, so that calls must take the path that creates spans.</summary>
    public static bool HasListeners => Source.HasListeners();

    /// <summary>Starts a span below the current one; null when no listener samples it.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="subset">Its subset; null for the whole service.</param>
    /// <param name="method">A method known to the semantic conventions, or their substitute for others.</param>
    /// <param name="host">The host in the request's address.</param>
    /// <param name="suppressed">Counts exceptions of listeners, which do not fail the call.</param>
    public static CallSpan? Start(string cluster, string? subset, string method, string host, SuppressedExceptions suppressed)
    {
        // Tags given here are visible to samplers; later ones are not.
        KeyValuePair<string, object?>[] tags = [new(MetricTags.Cluster, cluster), new(SpanNames.RequestMethod, method), new(MetricTags.ServerAddress, host)];
        if (subset is not null)
        {
            tags = [.. tags, new(MetricTags.Subset, subset)];
        }

        Activity? parent = Activity.Current;
        try
        {
            Activity? activity = Source.StartActivity($"{SpanNames.Call} {cluster}", ActivityKind.Internal, default(ActivityContext), tags);
            return activity is null ? null : new CallSpan(activity, parent, suppressed);
        }
#pragma warning disable CA1031 // A listener is foreign code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Activity.Current = parent;
            suppressed.Report(ExceptionOrigins.ActivityListener, exception);
            return null;
        }
    }

    /// <summary>Adds the event of an attempt whose outcome is known.</summary>
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

    /// <summary>Adds the event of an ejection caused by the last attempt.</summary>
    public void AddEjection(string serverAddress, int? serverPort)
    {
        if (_activity.IsAllDataRequested)
        {
            _activity.AddEvent(new ActivityEvent(SpanNames.Ejection, tags: ServerTags(serverAddress, serverPort)));
        }
    }

    /// <summary>Sets the status of the response. 400 and above is an error of the call, as for HTTP client spans.</summary>
    public void SetResponse(int statusCode)
    {
        _activity.SetTag(SpanNames.StatusCode, statusCode);
        if (statusCode >= 400)
        {
            SetError(statusCode.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Marks the call as failed.</summary>
    /// <param name="errorType">One of a bounded set of words; never a message, which could contain anything.</param>
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

        try
        {
            _activity.Dispose();
        }
#pragma warning disable CA1031 // A listener is foreign code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Activity.Current = _parent;
            _suppressed.Report(ExceptionOrigins.ActivityListener, exception);
        }
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
