namespace LoadBalancing.Client;

/// <summary>One entry of <c>route</c>.</summary>
internal sealed record HttpRouteDestination(
    SourceLocation Location,
    string Path,
    Located<string> Host,
    Located<string>? Subset,
    Located<int>? Port,
    Located<int>? Weight,
    HttpRouteHeaders? Headers);
