namespace LoadBalancing.Client;

/// <summary><c>retries</c>.</summary>
internal sealed record HttpRouteRetries(
    SourceLocation Location,
    Located<int>? Attempts,
    Located<TimeSpan>? PerTryTimeout,
    IReadOnlyList<Located<string>> RetryOn,
    Located<TimeSpan>? Backoff);
