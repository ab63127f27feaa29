namespace LoadBalancing.Client;

/// <summary>Where requests to some hosts go, and how: <c>kind: VirtualService</c>. Without hosts it is a delegate of others.</summary>
internal sealed record VirtualService(DocumentMetadata Metadata, IReadOnlyList<Located<string>> Hosts, IReadOnlyList<Located<string>> Gateways, IReadOnlyList<HttpRoute> Http, Visibility Visibility);

/// <summary>One of the <c>http</c> rules.</summary>
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

/// <summary>Conditions that must hold together.</summary>
internal sealed record HttpRouteMatch(
    SourceLocation Location,
    string Path,
    StringMatch? Uri,
    Located<bool>? IgnoreUriCase,
    StringMatch? Scheme,
    StringMatch? Method,
    StringMatch? Authority,
    IReadOnlyList<(string Name, StringMatch Condition)> Headers,
    IReadOnlyList<(string Name, StringMatch Condition)> WithoutHeaders,
    IReadOnlyList<(string Name, StringMatch Condition)> QueryParams,
    Located<int>? Port,
    IReadOnlyList<(string Key, Located<string> Value)> SourceLabels,
    Located<string>? SourceNamespace,
    IReadOnlyList<Located<string>> Gateways)
{
    /// <summary>Whether it asks for nothing but who the client is, and so fits all requests of one whom it fits.</summary>
    public bool MatchesAllRequests => Uri is null && Scheme is null && Method is null && Authority is null && Headers.Count == 0 && WithoutHeaders.Count == 0 && QueryParams.Count == 0;
}

/// <summary>How a text is compared.</summary>
internal enum StringMatchKind
{
    Present,
    Exact,
    Prefix,
    Regex,
}

/// <summary><c>exact</c>, <c>prefix</c> or <c>regex</c>; none of them: it is there.</summary>
internal sealed record StringMatch(SourceLocation Location, string Path, StringMatchKind Kind, string Text);

/// <summary>A weighted destination.</summary>
internal sealed record HttpRouteDestination(SourceLocation Location, string Path, Located<string> Host, Located<string>? Subset, Located<int>? Port, Located<int>? Weight, HttpRouteHeaders? Headers);

/// <summary><c>redirect</c>.</summary>
internal sealed record HttpRouteRedirect(
    SourceLocation Location,
    Located<string>? Uri,
    Located<string>? Authority,
    Located<int>? Port,
    Located<string>? DerivePort,
    Located<string>? Scheme,
    Located<int>? Code);

/// <summary><c>directResponse</c>.</summary>
internal sealed record HttpRouteDirectResponse(SourceLocation Location, Located<int> Status, Located<string>? Body);

/// <summary><c>delegate</c>.</summary>
internal sealed record HttpRouteDelegate(SourceLocation Location, string Path, Located<string> Name, Located<string>? Namespace);

/// <summary><c>rewrite</c>.</summary>
internal sealed record HttpRouteRewrite(SourceLocation Location, Located<string>? Uri, Located<string>? Authority, Located<string>? Regex, Located<string>? Substitution);

/// <summary><c>retries</c>.</summary>
internal sealed record HttpRouteRetries(SourceLocation Location, Located<int>? Attempts, Located<TimeSpan>? PerTryTimeout, IReadOnlyList<Located<string>> RetryOn, Located<TimeSpan>? Backoff);

/// <summary><c>fault</c>.</summary>
internal sealed record HttpRouteFault(SourceLocation Location, Located<TimeSpan>? Delay, Located<double>? DelayPercentage, Located<int>? AbortStatus, Located<double>? AbortPercentage);

/// <summary><c>headers</c>.</summary>
internal sealed record HttpRouteHeaders(SourceLocation Location, HeaderTransforms? Request, HeaderTransforms? Response);

/// <summary>What becomes of headers.</summary>
internal sealed record HeaderTransforms(IReadOnlyList<(string Name, Located<string> Value)> Set, IReadOnlyList<(string Name, Located<string> Value)> Add, IReadOnlyList<Located<string>> Remove);
