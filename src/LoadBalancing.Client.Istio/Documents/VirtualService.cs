namespace LoadBalancing.Client;

/// <summary>Where requests to some hosts go, and how: <c>kind: VirtualService</c>. Without hosts it is a delegate of others.</summary>
internal sealed record VirtualService(DocumentHead Head, IReadOnlyList<Given<string>> Hosts, IReadOnlyList<Given<string>> Gateways, IReadOnlyList<HttpRule> Http, Visibility Visibility);

/// <summary>One of the <c>http</c> rules.</summary>
internal sealed record HttpRule(
    SourcePlace Place,
    string Path,
    Given<string>? Name,
    IReadOnlyList<HttpRuleMatch> Match,
    IReadOnlyList<RuleDestination> Route,
    RuleRedirect? Redirect,
    RuleDirectResponse? DirectResponse,
    RuleDelegate? Delegate,
    RuleRewrite? Rewrite,
    Given<TimeSpan>? Timeout,
    RuleRetries? Retries,
    RuleFault? Fault,
    HeaderOperations? Headers);

/// <summary>Conditions that must hold together.</summary>
internal sealed record HttpRuleMatch(
    SourcePlace Place,
    string Path,
    TextCondition? Uri,
    Given<bool>? IgnoreUriCase,
    TextCondition? Scheme,
    TextCondition? Method,
    TextCondition? Authority,
    IReadOnlyList<(string Name, TextCondition Condition)> Headers,
    IReadOnlyList<(string Name, TextCondition Condition)> WithoutHeaders,
    IReadOnlyList<(string Name, TextCondition Condition)> QueryParams,
    Given<int>? Port,
    IReadOnlyList<(string Key, Given<string> Value)> SourceLabels,
    Given<string>? SourceNamespace,
    IReadOnlyList<Given<string>> Gateways)
{
    /// <summary>Whether it asks for nothing but who the client is, and so fits all requests of one whom it fits.</summary>
    public bool FitsAllRequests => Uri is null && Scheme is null && Method is null && Authority is null && Headers.Count == 0 && WithoutHeaders.Count == 0 && QueryParams.Count == 0;
}

/// <summary>How a text is compared.</summary>
internal enum TextConditionKind
{
    Present,
    Exact,
    Prefix,
    Regex,
}

/// <summary><c>exact</c>, <c>prefix</c> or <c>regex</c>; none of them: it is there.</summary>
internal sealed record TextCondition(SourcePlace Place, string Path, TextConditionKind Kind, string Text);

/// <summary>A weighted destination.</summary>
internal sealed record RuleDestination(SourcePlace Place, string Path, Given<string> Host, Given<string>? Subset, Given<int>? Port, Given<int>? Weight, HeaderOperations? Headers);

/// <summary><c>redirect</c>.</summary>
internal sealed record RuleRedirect(
    SourcePlace Place,
    Given<string>? Uri,
    Given<string>? Authority,
    Given<int>? Port,
    Given<string>? DerivePort,
    Given<string>? Scheme,
    Given<int>? Code);

/// <summary><c>directResponse</c>.</summary>
internal sealed record RuleDirectResponse(SourcePlace Place, Given<int> Status, Given<string>? Body);

/// <summary><c>delegate</c>.</summary>
internal sealed record RuleDelegate(SourcePlace Place, string Path, Given<string> Name, Given<string>? Namespace);

/// <summary><c>rewrite</c>.</summary>
internal sealed record RuleRewrite(SourcePlace Place, Given<string>? Uri, Given<string>? Authority, Given<string>? Regex, Given<string>? Substitution);

/// <summary><c>retries</c>.</summary>
internal sealed record RuleRetries(SourcePlace Place, Given<int>? Attempts, Given<TimeSpan>? PerTryTimeout, IReadOnlyList<Given<string>> RetryOn, Given<TimeSpan>? Backoff);

/// <summary><c>fault</c>.</summary>
internal sealed record RuleFault(SourcePlace Place, Given<TimeSpan>? Delay, Given<double>? DelayPercentage, Given<int>? AbortStatus, Given<double>? AbortPercentage);

/// <summary><c>headers</c>.</summary>
internal sealed record HeaderOperations(SourcePlace Place, HeaderChanges? Request, HeaderChanges? Response);

/// <summary>What becomes of headers.</summary>
internal sealed record HeaderChanges(IReadOnlyList<(string Name, Given<string> Value)> Set, IReadOnlyList<(string Name, Given<string> Value)> Add, IReadOnlyList<Given<string>> Remove);
