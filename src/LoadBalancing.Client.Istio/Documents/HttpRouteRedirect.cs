namespace LoadBalancing.Client;

/// <summary><c>redirect</c>.</summary>
internal sealed record HttpRouteRedirect(
    SourceLocation Location,
    Located<string>? Uri,
    Located<string>? Authority,
    Located<int>? Port,
    Located<string>? DerivePort,
    Located<string>? Scheme,
    Located<int>? Code);
