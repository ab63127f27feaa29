namespace LoadBalancing.Client;

/// <summary>The names of spans and their events, and of tags that only spans have. Other tags are in <see cref="MetricTags"/>.</summary>
internal static class SpanNames
{
    /// <summary>A span is named by this and the cluster: <c>balance catalog</c>.</summary>
    public const string Call = "balance";

    /// <summary>The event of an attempt whose outcome is known.</summary>
    public const string Attempt = "loadbalancing.attempt";

    /// <summary>The event of an ejection caused by the attempt before it.</summary>
    public const string Ejection = "loadbalancing.ejection";

    /// <summary>1 for the first attempt of a call.</summary>
    public const string AttemptNumber = "loadbalancing.attempt.number";

    /// <summary>Set, to true, on an attempt for which health was ignored because too few endpoints were available.</summary>
    public const string Panic = "loadbalancing.panic";

    public const string RequestMethod = "http.request.method";
    public const string ResendCount = "http.request.resend_count";
    public const string StatusCode = "http.response.status_code";
    public const string ErrorType = "error.type";
}
