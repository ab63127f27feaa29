using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>Reads one rule of <c>http</c> of a VirtualService.</summary>
internal static class HttpRouteReader
{
    private static readonly string[] Actions = ["route", "redirect", "directResponse", "delegate"];
    private static readonly string[] Mirrors = ["mirror", "mirrors", "mirrorPercent", "mirror_percent", "mirrorPercentage"];
    private static readonly string[] RedirectParts = ["uri", "authority", "scheme", "port", "derivePort"];

    public static HttpRoute Read(FieldReader fields, bool isDelegate)
    {
        Located<string>? name = fields.Text("name");
        name = name is { Value: "" } ? null : name;
        List<HttpRouteMatch> matches = [.. fields.Sections("match").Select(HttpRouteMatchReader.Read)];
        if (fields.Find("match") is YamlSequence { Items.Count: 0 })
        {
            fields.Error("'match' must not be empty; omit it to match all requests.");
        }

        List<HttpRouteDestination> route = [.. fields.Sections("route").Select(ReadDestination).OfType<HttpRouteDestination>()];
        HttpRouteRedirect? redirect = ReadRedirect(fields.Section("redirect"));
        HttpRouteDirectResponse? directResponse = ReadDirectResponse(fields.Section("directResponse"));
        HttpRouteDelegate? @delegate = ReadDelegate(fields.Section("delegate"));
        HttpRouteRewrite? rewrite = ReadRewrite(fields.Section("rewrite"));
        Located<TimeSpan>? timeout = fields.Duration("timeout", mayBeZero: true);
        HttpRouteRetries? retries = ReadRetries(fields.Section("retries"));
        HttpRouteFault? fault = FaultReader.Read(fields.Section("fault"));
        HttpRouteHeaders? headers = ReadHeaders(fields.Section("headers"));
        foreach (string mirror in Mirrors)
        {
            fields.RejectUnsupported(mirror, "requests cannot be mirrored yet.");
        }

        if (timeout.NullIfZero() is { } total && retries?.PerTryTimeout is { } perTry && perTry.Value >= total.Value)
        {
            fields.Warn(perTry, $"has no effect: it is not shorter than the timeout of the route, {GoDuration.Format(total.Value)}.");
            retries = retries with { PerTryTimeout = null };
        }

        fields.RejectUnsupported("corsPolicy", "CORS is handled by browsers and servers, not by an HttpClient.");
        CheckAction(fields, route, isDelegate);
        fields.ReportUnknownFields();
        return new HttpRoute(
            fields.Location, fields.Path, name, matches, route, redirect, directResponse, @delegate, rewrite, timeout, retries, fault, headers);
    }

    private static void CheckAction(FieldReader fields, List<HttpRouteDestination> route, bool isDelegate)
    {
        string[] actions = [.. Actions.Where(fields.Has)];
        if (actions.Length != 1)
        {
            fields.Error(actions.Length == 0
                ? "an action is required: route, redirect, directResponse or delegate."
                : $"{string.Join(" and ", actions)} are mutually exclusive; a rule has exactly one of route, redirect, directResponse and delegate.");
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
            fields.Error($"{field} is not allowed with {actions[0]}.");
        }

        if (actions[0] == "delegate" && isDelegate)
        {
            fields.Error("a delegate cannot delegate to another VirtualService.");
        }

        if (actions[0] == "route" && fields.Find("route") is YamlSequence { Items.Count: 0 })
        {
            fields.Error("'route' requires at least one destination.");
        }

        long sum = route.Sum(static destination => (long)(destination.Weight?.Value ?? 0));
        if ((route.Count > 1 && sum == 0) || sum > uint.MaxValue)
        {
            fields.Error($"the destination weights add up to {sum}; expected 1 to {uint.MaxValue}.");
        }
    }

    private static HttpRouteDestination? ReadDestination(FieldReader fields)
    {
        Located<int>? weight = fields.Count("weight");
        HttpRouteHeaders? headers = ReadHeaders(fields.Section("headers"));
        Located<string>? host = null, subset = null;
        Located<int>? port = null;
        if (fields.Section("destination") is { } destination)
        {
            host = destination.Validate(
                destination.RequiredText("host", "catalog.default.svc.cluster.local"),
                static host => FieldValidators.Host(host, mayBeWildcard: false));
            subset = destination.Validate(destination.Text("subset"), FieldValidators.SubsetName);
            if (destination.Section("port") is { } section)
            {
                port = section.Port("number");
                section.ReportUnknownFields();
            }

            destination.ReportUnknownFields();
        }
        else if (!fields.Has("destination"))
        {
            fields.Error("'destination' is required, for example destination: { host: catalog }.");
        }

        fields.ReportUnknownFields();
        return host is { } known ? new HttpRouteDestination(fields.Location, fields.Path, known, subset, port, weight, headers) : null;
    }

    private static HttpRouteRedirect? ReadRedirect(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        if (!RedirectParts.Any(fields.Has))
        {
            fields.Error("must not be empty; set at least one of uri, authority, scheme, port and derivePort.");
        }

        fields.RequireAtMostOne("port", "derivePort");
        Located<string>? uri = fields.Validate(fields.Text("uri"), static uri => FieldValidators.Path(uri.Replace("?", "", StringComparison.Ordinal)));
        Located<string>? authority = fields.Validate(fields.Text("authority"), FieldValidators.Authority);
        Located<int>? port = fields.Port("port");
        Located<string>? derive = fields.Choice("derivePort", "FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT");
        Located<string>? scheme = fields.Choice("scheme", "http", "https");
        Located<int>? code = fields.Integer("redirectCode", 0, 308, "301, 302, 303, 307 or 308").NullIfZero();
        if (code is { } status && status.Value is not (301 or 302 or 303 or 307 or 308))
        {
            fields.Error(status, $"{status.Value} is out of range; expected 301, 302, 303, 307 or 308.");
        }

        fields.ReportUnknownFields();
        return new HttpRouteRedirect(fields.Location, uri, authority, port, derive, scheme, code);
    }

    private static HttpRouteDirectResponse? ReadDirectResponse(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Located<int>? status = fields.Integer("status", 200, 599, "200 to 599");
        if (!fields.Has("status"))
        {
            fields.Error("'status' is required, for example status: 503.");
        }

        Located<string>? text = null;
        if (fields.Section("body") is { } body)
        {
            body.RequireAtMostOne("string", "bytes");
            text = body.Text("string");
            body.RejectUnsupported("bytes", "the body of a direct response is a string; use string.");
            body.ReportUnknownFields();
        }

        fields.ReportUnknownFields();
        return status is { } given ? new HttpRouteDirectResponse(fields.Location, given, text) : null;
    }

    private static HttpRouteDelegate? ReadDelegate(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Located<string>? name = fields.RequiredText("name", "reviews");
        Located<string>? @namespace = fields.Text("namespace");
        fields.ReportUnknownFields();
        return name is { } given ? new HttpRouteDelegate(fields.Location, fields.Path, given, @namespace) : null;
    }

    private static HttpRouteRewrite? ReadRewrite(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        if (fields.IsEmpty)
        {
            fields.Error("must not be empty; set at least one of uri, authority and uriRegexRewrite.");
        }

        fields.RequireAtMostOne("uri", "uriRegexRewrite");
        Located<string>? uri = fields.Validate(fields.Text("uri"), FieldValidators.Path);
        Located<string>? authority = fields.Validate(fields.Text("authority"), FieldValidators.Authority);
        Located<string>? regex = null, substitution = null;
        if (fields.Section("uriRegexRewrite") is { } pattern)
        {
            regex = pattern.Validate(pattern.RequiredText("match", "^/v1/(.*)$"), FieldValidators.Regex);
            substitution = pattern.Validate(pattern.RequiredText("rewrite", "/v2/\\1"), FieldValidators.Substitution);
            CheckGroups(pattern, regex, substitution);
            pattern.ReportUnknownFields();
        }

        fields.ReportUnknownFields();
        return new HttpRouteRewrite(fields.Location, uri, authority, regex, substitution);
    }

    private static void CheckGroups(FieldReader fields, Located<string>? regex, Located<string>? substitution)
    {
        if (regex is not { } expression || substitution is not { } text)
        {
            return;
        }

        int groups = new Regex(expression.Value, RegexOptions.NonBacktracking).GetGroupNumbers().Length - 1;
        for (int i = 0; i + 1 < text.Value.Length; i++)
        {
            if (text.Value[i] == '\\' && char.IsAsciiDigit(text.Value[i + 1]) && text.Value[i + 1] - '0' > groups)
            {
                fields.Error(text, $"'\\{text.Value[i + 1]}' refers to a missing group; '{expression.Value}' has {groups} groups.");
            }
        }
    }

    private static HttpRouteRetries? ReadRetries(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        Located<int>? attempts = fields.Count("attempts");
        Located<TimeSpan>? perTry = fields.Duration("perTryTimeout", mayBeZero: true).NullIfZero();
        Located<TimeSpan>? backoff = fields.Duration("backoff");
        List<Located<string>> conditions = ReadConditions(fields, fields.Text("retryOn"));
        if (fields.Flag("retryIgnorePreviousHosts") is { Value: false } again)
        {
            fields.Error(again, "not supported: retries always avoid endpoints already tried.");
        }

        if (fields.Flag("retryRemoteLocalities") is { Value: true } remote)
        {
            fields.Error(remote, "not supported: retries stay within the localities of the locality policy.");
        }

        if (attempts is null && !fields.Has("attempts") && fields.Entries.Count > 0)
        {
            fields.Error("'attempts' is required with other retry settings, for example attempts: 3.");
        }
        else if (attempts is { Value: 0 } none && fields.Entries.Count > 1)
        {
            fields.Error(none, "0 disables retries and is not allowed with other retry settings.");
        }

        fields.ReportUnknownFields();
        return new HttpRouteRetries(fields.Location, attempts, perTry, conditions, backoff);
    }

    private static List<Located<string>> ReadConditions(FieldReader fields, Located<string>? text)
    {
        var conditions = new List<Located<string>>();
        if (text is not { } given)
        {
            return conditions;
        }

        foreach (string part in given.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            bool isStatus = int.TryParse(part, out int status);
            if (isStatus ? status is < 100 or > 599 : !RetryOnConditions.Known.Contains(part))
            {
                fields.Error(
                    given,
                    $"unknown condition '{part}'; known conditions: {string.Join(", ", RetryOnConditions.Known)}, and statuses such as "
                    + $"503.{Typography.Hint(part)}");
            }
            else
            {
                conditions.Add(new Located<string>(part, given.Location, given.Path));
            }
        }

        if (conditions.Any(static condition => RetryOnConditions.IsResponseCondition(condition.Value)))
        {
            fields.Note(
                given,
                "unlike in the mesh, conditions on responses apply to idempotent requests only (GET, HEAD, OPTIONS, TRACE, PUT, DELETE and those "
                + "marked as idempotent), "
                + "unless Retry.RetryAllMethods is set in the options.");
        }

        return conditions;
    }

    private static HttpRouteHeaders? ReadHeaders(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        HeaderTransforms? request = ReadChanges(fields.Section("request"));
        HeaderTransforms? response = ReadChanges(fields.Section("response"));
        fields.ReportUnknownFields();
        return new HttpRouteHeaders(fields.Location, request, response);
    }

    private static HeaderTransforms? ReadChanges(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        IReadOnlyList<(string, Located<string>)> set = fields.Map("set");
        IReadOnlyList<(string, Located<string>)> add = fields.Map("add");
        IReadOnlyList<Located<string>> remove = fields.Texts("remove");
        foreach ((string name, Located<string> value) in set.Concat(add))
        {
            fields.Validate(new Located<string>(name, value.Location, value.Path), FieldValidators.HeaderName);
            fields.Validate(value, FieldValidators.HeaderValue);
            if (IsFramingHeader(name))
            {
                fields.Error(value, $"not supported: '{name}' is set by the HTTP handler.");
            }

            if (value.Value.Contains('%', StringComparison.Ordinal)
                && value.Value.Replace("%%", "", StringComparison.Ordinal).Contains('%', StringComparison.Ordinal))
            {
                fields.Error(value, $"not supported: '{value.Value}' contains an Envoy command operator between percent signs; values are literal here.");
            }
        }

        foreach (Located<string> name in remove)
        {
            fields.Validate(name, FieldValidators.HeaderName);
            if (IsFramingHeader(name.Value))
            {
                fields.Error(name, $"not supported: '{name.Value}' is set by the HTTP handler.");
            }
        }

        fields.ReportUnknownFields();
        return new HeaderTransforms(set, add, remove);
    }

    private static bool IsFramingHeader(string name) =>
        name.Equals("content-length", StringComparison.OrdinalIgnoreCase) || name.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase);
}
