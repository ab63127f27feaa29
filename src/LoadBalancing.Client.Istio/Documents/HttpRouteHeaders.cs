namespace LoadBalancing.Client;

/// <summary><c>headers</c>.</summary>
internal sealed record HttpRouteHeaders(SourceLocation Location, HeaderTransforms? Request, HeaderTransforms? Response);
