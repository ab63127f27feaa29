namespace LoadBalancing.Client;

/// <summary><c>outlierDetection</c>.</summary>
internal sealed record OutlierDetectionPolicy(
    SourceLocation Location,
    Located<int>? ConsecutiveErrors,
    Located<int>? Consecutive5xxErrors,
    Located<int>? ConsecutiveGatewayErrors,
    Located<bool>? SplitLocalErrors,
    Located<int>? ConsecutiveLocalOriginFailures,
    Located<TimeSpan>? Interval,
    Located<TimeSpan>? BaseEjectionTime,
    Located<int>? MaxEjectionPercent,
    Located<int>? MinHealthPercent,
    IReadOnlyList<Located<string>> ErrorStatuses);
