namespace LoadBalancing.Client;

/// <summary>One entry of <c>match</c>; all of its conditions must hold.</summary>
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
    /// <summary>Whether it has no conditions on the request, only on the client.</summary>
    public bool MatchesAllRequests => Uri is null && Scheme is null && Method is null && Authority is null
        && Headers.Count == 0 && WithoutHeaders.Count == 0 && QueryParams.Count == 0;
}
