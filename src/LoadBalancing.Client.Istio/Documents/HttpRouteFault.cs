namespace LoadBalancing.Client;

/// <summary><c>fault</c>.</summary>
internal sealed record HttpRouteFault(
    SourceLocation Location,
    Located<TimeSpan>? Delay,
    Located<double>? DelayPercentage,
    Located<int>? AbortStatus,
    Located<double>? AbortPercentage);
