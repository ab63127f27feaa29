namespace LoadBalancing.Client;

/// <summary><c>directResponse</c>.</summary>
internal sealed record HttpRouteDirectResponse(SourceLocation Location, Located<int> Status, Located<string>? Body);
