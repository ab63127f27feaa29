namespace LoadBalancing.Client;

/// <summary>Reads one <c>http</c> rule of a VirtualService.</summary>
internal static class HttpRuleReader
{
    private static readonly string[] Actions = ["route", "redirect", "directResponse", "delegate"];
    private static readonly string[] Mirrors = ["mirror", "mirrors", "mirrorPercent", "mirror_percent", "mirrorPercentage"];
    private static readonly string[] RedirectParts = ["uri", "authority", "scheme", "port", "derivePort"];

    public static HttpRule Read(Fields fields, bool isDelegate)
    {
        Given<string>? name = fields.Text("name");
        name = name is { Value: "" } ? null : name;
        List<HttpRuleMatch> matches = [.. fields.Sections("match").Select(HttpRuleMatchReader.Read)];
        bool takesAll = fields.Take("match") is YamlSequence { Items.Count: 0 };
        if (takesAll)
        {
            fields.Error("'match' is an empty list; leave it out for a rule that takes all requests.");
        }

        List<RuleDestination> route = [.. fields.Sections("route").Select(ReadDestination).OfType<RuleDestination>()];
        RuleRedirect? redirect = ReadRedirect(fields.Section("redirect"));
        RuleDirectResponse? answer = ReadDirectResponse(fields.Section("directResponse"));
        RuleDelegate? @delegate = ReadDelegate(fields.Section("delegate"));
        RuleRewrite? rewrite = ReadRewrite(fields.Section("rewrite"));
        Given<TimeSpan>? timeout = fields.Duration("timeout", mayBeZero: true);
        RuleRetries? retries = ReadRetries(fields.Section("retries"));
        RuleFault? fault = FaultReader.Read(fields.Section("fault"));
        HeaderOperations? headers = ReadHeaders(fields.Section("headers"));
        foreach (string mirror in Mirrors)
        {
            fields.Refuse(mirror, "requests are not mirrored here yet.");
        }

        if (timeout.UnlessZero() is { } whole && retries?.PerTryTimeout is { } perTry && perTry.Value >= whole.Value)
        {
            fields.Warn(perTry, $"has no effect: it is not shorter than the timeout of all attempts together, {GoDuration.Write(whole.Value)}.");
            retries = retries with { PerTryTimeout = null };
        }

        fields.Refuse("corsPolicy", "browsers ask for it, and servers and gateways answer; an HttpClient has no part in it.");
        CheckAction(fields, route, isDelegate);
        fields.Done();
        return new HttpRule(fields.Place, fields.Path, name, matches, route, redirect, answer, @delegate, rewrite, timeout, retries, fault, headers);
    }

    private static void CheckAction(Fields fields, List<RuleDestination> route, bool isDelegate)
    {
        string[] actions = [.. Actions.Where(fields.Has)];
        if (actions.Length != 1)
        {
            fields.Error(actions.Length == 0
                ? "it says nothing to do; it has exactly one of route, redirect, directResponse and delegate."
                : $"{string.Join(" and ", actions)} stand side by side; it has exactly one of route, redirect, directResponse and delegate.");
            return;
        }

        string[] forbidden = actions[0] switch
        {
            "redirect" => ["fault", "rewrite"],
            "directResponse" => ["rewrite", "retries"],
            _ => [],
        };
        foreach (string field in forbidden.Where(fields.Has))
        {
            fields.Error($"{field} has no place beside {actions[0]}.");
        }

        if (actions[0] == "delegate" && isDelegate)
        {
            fields.Error("a delegate cannot delegate further.");
        }

        if (actions[0] == "route" && fields.Take("route") is YamlSequence { Items.Count: 0 })
        {
            fields.Error("'route' has no destination; it has at least one.");
        }

        long sum = route.Sum(static destination => (long)(destination.Weight?.Value ?? 0));
        if ((route.Count > 1 && sum == 0) || sum > uint.MaxValue)
        {
            fields.Error($"the weights of the destinations add up to {sum}; together they are 1 to {uint.MaxValue}.");
        }
    }

    private static RuleDestination? ReadDestination(Fields fields)
    {
        Given<int>? weight = fields.Count("weight");
        HeaderOperations? headers = ReadHeaders(fields.Section("headers"));
        Given<string>? host = null, subset = null;
        Given<int>? port = null;
        if (fields.Section("destination") is { } destination)
        {
            host = destination.Check(destination.RequiredText("host", "catalog.default.svc.cluster.local"), static host => Rules.Host(host, mayBeWildcard: false));
            subset = destination.Check(destination.Text("subset"), Rules.SubsetName);
            if (destination.Section("port") is { } section)
            {
                port = section.Port("number");
                section.Done();
            }

            destination.Done();
        }
        else if (!fields.Has("destination"))
        {
            fields.Error("'destination' is missing; it is required, like destination: { host: catalog }.");
        }

        fields.Done();
        return host is { } known ? new RuleDestination(fields.Place, fields.Path, known, subset, port, weight, headers) : null;
    }

    private static RuleRedirect? ReadRedirect(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        if (!RedirectParts.Any(fields.Has))
        {
            fields.Error("it says nothing to redirect to; it has at least one of uri, authority, scheme, port and derivePort.");
        }

        fields.AtMostOne("port", "derivePort");
        Given<string>? uri = fields.Check(fields.Text("uri"), static uri => Rules.Path(uri.Replace("?", "", StringComparison.Ordinal)));
        Given<string>? authority = fields.Check(fields.Text("authority"), Rules.Authority);
        Given<int>? port = fields.Port("port");
        Given<string>? derive = fields.Choice("derivePort", "FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT");
        Given<string>? scheme = fields.Choice("scheme", "http", "https");
        Given<int>? code = fields.Integer("redirectCode", 0, 308, "301, 302, 303, 307 or 308").UnlessZero();
        if (code is { } status && status.Value is not (301 or 302 or 303 or 307 or 308))
        {
            fields.Error(status, $"{status.Value} is not allowed; it is 301, 302, 303, 307 or 308.");
        }

        fields.Done();
        return new RuleRedirect(fields.Place, uri, authority, port, derive, scheme, code);
    }

    private static RuleDirectResponse? ReadDirectResponse(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Given<int>? status = fields.Integer("status", 200, 599, "a status, 200 to 599");
        if (!fields.Has("status"))
        {
            fields.Error("'status' is missing; it is required, like status: 503.");
        }

        Given<string>? text = null;
        if (fields.Section("body") is { } body)
        {
            body.AtMostOne("string", "bytes");
            text = body.Text("string");
            body.Refuse("bytes", "the body of an answer that is made here is a text; write string.");
            body.Done();
        }

        fields.Done();
        return status is { } given ? new RuleDirectResponse(fields.Place, given, text) : null;
    }

    private static RuleDelegate? ReadDelegate(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Given<string>? name = fields.RequiredText("name", "reviews");
        Given<string>? @namespace = fields.Text("namespace");
        fields.Done();
        return name is { } given ? new RuleDelegate(fields.Place, fields.Path, given, @namespace) : null;
    }

    private static RuleRewrite? ReadRewrite(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        if (fields.IsEmpty)
        {
            fields.Error("it says nothing to rewrite; it has at least one of uri, authority and uriRegexRewrite.");
        }

        fields.AtMostOne("uri", "uriRegexRewrite");
        Given<string>? uri = fields.Check(fields.Text("uri"), Rules.Path);
        Given<string>? authority = fields.Check(fields.Text("authority"), Rules.Authority);
        Given<string>? regex = null, substitution = null;
        if (fields.Section("uriRegexRewrite") is { } pattern)
        {
            regex = pattern.Check(pattern.RequiredText("match", "^/v1/(.*)$"), Rules.Regex);
            substitution = pattern.Check(pattern.RequiredText("rewrite", "/v2/\\1"), Rules.Substitution);
            CheckGroups(pattern, regex, substitution);
            pattern.Done();
        }

        fields.Done();
        return new RuleRewrite(fields.Place, uri, authority, regex, substitution);
    }

    private static void CheckGroups(Fields fields, Given<string>? regex, Given<string>? substitution)
    {
        if (regex is not { } expression || substitution is not { } text)
        {
            return;
        }

        int groups = new System.Text.RegularExpressions.Regex(expression.Value, System.Text.RegularExpressions.RegexOptions.NonBacktracking).GetGroupNumbers().Length - 1;
        for (int i = 0; i + 1 < text.Value.Length; i++)
        {
            if (text.Value[i] == '\\' && char.IsAsciiDigit(text.Value[i + 1]) && text.Value[i + 1] - '0' > groups)
            {
                fields.Error(text, $"'\\{text.Value[i + 1]}' means a group that '{expression.Value}' has not; it has {groups}.");
            }
        }
    }

    private static RuleRetries? ReadRetries(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Given<int>? attempts = fields.Count("attempts");
        Given<TimeSpan>? perTry = fields.Duration("perTryTimeout", mayBeZero: true).UnlessZero();
        Given<TimeSpan>? backoff = fields.Duration("backoff");
        List<Given<string>> conditions = ReadConditions(fields, fields.Text("retryOn"));
        if (fields.Flag("retryIgnorePreviousHosts") is { Value: false } again)
        {
            fields.Error(again, "refused: a retry goes to an endpoint that was not tried yet wherever there is one.");
        }

        if (fields.Flag("retryRemoteLocalities") is { Value: true } remote)
        {
            fields.Error(remote, "refused: retries stay within the localities that the locality policy allows.");
        }

        if (attempts is null && !fields.Has("attempts") && fields.Entries.Count > 0)
        {
            fields.Error("'attempts' is missing, which means 0 beside other settings of retries; it is required, like attempts: 3.");
        }
        else if (attempts is { Value: 0 } none && fields.Entries.Count > 1)
        {
            fields.Error(none, "0 attempts stand beside other settings of retries; 0 means no retries and stands alone.");
        }

        fields.Done();
        return new RuleRetries(fields.Place, attempts, perTry, conditions, backoff);
    }

    private static List<Given<string>> ReadConditions(Fields fields, Given<string>? text)
    {
        var conditions = new List<Given<string>>();
        if (text is not { } given)
        {
            return conditions;
        }

        foreach (string part in given.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            bool isStatus = int.TryParse(part, out int status);
            if (isStatus ? status is < 100 or > 599 : !RetryTokens.Known.Contains(part))
            {
                fields.Error(given, $"'{part}' is not known; known are {string.Join(", ", RetryTokens.Known)}, and statuses like 503.{Typography.Hint(part)}");
            }
            else
            {
                conditions.Add(new Given<string>(part, given.Place, given.Path));
            }
        }

        if (conditions.Any(static condition => RetryTokens.IsAnswer(condition.Value)))
        {
            fields.Note(given, "conditions on answers count for idempotent requests only (GET, HEAD, OPTIONS, TRACE, PUT, DELETE and those marked with SetIdempotent), other than in the mesh, unless Retry.RetryAllMethods is set in the options.");
        }

        return conditions;
    }

    private static HeaderOperations? ReadHeaders(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        HeaderChanges? request = ReadChanges(fields.Section("request"));
        HeaderChanges? response = ReadChanges(fields.Section("response"));
        fields.Done();
        return new HeaderOperations(fields.Place, request, response);
    }

    private static HeaderChanges? ReadChanges(Fields? fields)
    {
        if (fields is null)
        {
            return null;
        }

        IReadOnlyList<(string, Given<string>)> set = fields.Map("set");
        IReadOnlyList<(string, Given<string>)> add = fields.Map("add");
        IReadOnlyList<Given<string>> remove = fields.Texts("remove");
        foreach ((string name, Given<string> value) in set.Concat(add))
        {
            fields.Check(new Given<string>(name, value.Place, value.Path), Rules.HeaderName);
            fields.Check(value, Rules.HeaderValue);
            if (name.Equals("content-length", StringComparison.OrdinalIgnoreCase) || name.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase))
            {
                fields.Error(value, $"refused: '{name}' says how a body is sent, and is made by whoever sends it.");
            }

            if (value.Value.Contains('%', StringComparison.Ordinal) && value.Value.Replace("%%", "", StringComparison.Ordinal).Contains('%', StringComparison.Ordinal))
            {
                fields.Error(value, $"refused: '{value.Value}' has something between percent signs, which Envoy would fill in; here values are as they stand.");
            }
        }

        foreach (Given<string> name in remove)
        {
            fields.Check(name, Rules.HeaderName);
            if (name.Value.Equals("content-length", StringComparison.OrdinalIgnoreCase) || name.Value.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase))
            {
                fields.Error(name, $"refused: '{name.Value}' says how a body is sent, and is made by whoever sends it.");
            }
        }

        fields.Done();
        return new HeaderChanges(set, add, remove);
    }
}
