namespace LoadBalancing.Client;

/// <summary><c>rewrite</c>.</summary>
internal sealed record HttpRouteRewrite(
    SourceLocation Location,
    Located<string>? Uri,
    Located<string>? Authority,
    Located<string>? Regex,
    Located<string>? Substitution);
