namespace LoadBalancing.Client;

/// <summary><c>localityLbSetting</c>.</summary>
internal sealed record LocalityPolicy(
    SourceLocation Location,
    Located<bool>? Enabled,
    IReadOnlyList<(Located<string> From, IReadOnlyList<(string To, Located<int> Weight)> To)> Distribute,
    IReadOnlyList<(Located<string> From, Located<string> To)> Failover,
    IReadOnlyList<Located<string>> FailoverPriority);
