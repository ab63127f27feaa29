namespace LoadBalancing.Client;

/// <summary>The names of spans, of their events, and of the tags that only spans have. All others are in <see cref="MetricTags"/>.</summary>
internal static class SpanNames
{
    /// <summary>A span is named after what is done to which cluster: <c>balance catalog</c>.</summary>
    public const string Call = "balance";

    /// <summary>The event of an attempt, when its outcome is known.</summary>
    public const string Attempt = "loadbalancing.attempt";

    /// <summary>The event of an ejection by the attempt before it.</summary>
    public const string Ejection = "loadbalancing.ejection";

    /// <summary>1 for the first attempt of a call.</summary>
    public const string AttemptNumber = "loadbalancing.attempt.number";

    /// <summary>Set, and true, on an attempt for which health was disregarded because too few endpoints were in service.</summary>
    public const string Panic = "loadbalancing.panic";

    public const string RequestMethod = "http.request.method";
    public const string ResendCount = "http.request.resend_count";
    public const string StatusCode = "http.response.status_code";
    public const string ErrorType = "error.type";
}
