namespace LoadBalancing.Client;

/// <summary><c>delegate</c>.</summary>
internal sealed record HttpRouteDelegate(SourceLocation Location, string Path, Located<string> Name, Located<string>? Namespace);
