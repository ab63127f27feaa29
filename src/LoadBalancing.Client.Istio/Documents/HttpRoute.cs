namespace LoadBalancing.Client;

/// <summary>One rule of <c>http</c>.</summary>
internal sealed record HttpRoute(
    SourceLocation Location,
    string Path,
    Located<string>? Name,
    IReadOnlyList<HttpRouteMatch> Matches,
    IReadOnlyList<HttpRouteDestination> Destinations,
    HttpRouteRedirect? Redirect,
    HttpRouteDirectResponse? DirectResponse,
    HttpRouteDelegate? Delegate,
    HttpRouteRewrite? Rewrite,
    Located<TimeSpan>? Timeout,
    HttpRouteRetries? Retries,
    HttpRouteFault? Fault,
    HttpRouteHeaders? Headers);
