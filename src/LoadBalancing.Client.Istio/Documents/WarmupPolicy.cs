namespace LoadBalancing.Client;

/// <summary><c>warmup</c>.</summary>
internal sealed record WarmupPolicy(Located<TimeSpan> Duration, Located<double>? MinimumPercent, Located<double>? Aggression);
