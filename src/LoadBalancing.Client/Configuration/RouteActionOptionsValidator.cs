using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>The rules for what a route changes of messages, or answers itself.</summary>
internal static partial class RouteActionOptionsValidator
{
    /// <summary>What may stand in a path (RFC 3986, section 3.3); a percent sign begins what may not.</summary>
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create("!$%&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    public static void Validate(RequestRouteOptions route, ValidationErrors faults)
    {
        if (route is { Redirect: not null, DirectResponse: not null })
        {
            faults.Add("Redirect", "there is a DirectResponse too; a request has one answer, so leave one of the two out.");
        }

        if (route.Rewrite is not null && (route.Redirect ?? (object?)route.DirectResponse) is not null)
        {
            faults.Add("Rewrite", "the route answers requests itself (Redirect, DirectResponse), so none is sent that could be rewritten; leave one of the two out.");
        }

        CheckRewrite(route.Rewrite, faults);
        CheckRedirect(route.Redirect, faults);
        ValidateHeaders(route.RequestHeaders, faults.ForSection("RequestHeaders"));
        ValidateHeaders(route.ResponseHeaders, faults.ForSection("ResponseHeaders"));
        if (route.DirectResponse is { Status: < 200 or > 599 } direct)
        {
            faults.Add("DirectResponse:Status", $"{direct.Status} is not allowed; it is a status from 200 to 599, like 503.");
        }
    }

    public static void ValidateHeaders(HeaderTransformOptions? change, ValidationErrors faults)
    {
        if (change is null)
        {
            return;
        }

        if (change is { Set: null } or { Add: null } or { Remove: null })
        {
            faults.Add("Set", "it, or Add, or Remove, is null; leave it empty instead.");
            return;
        }

        CheckNames("Set", change.Set, faults);
        CheckNames("Add", change.Add, faults);
        CheckNames("Remove", change.Remove.Select(static name => KeyValuePair.Create(name, "")), faults);
    }

    private static void CheckNames(string key, IEnumerable<KeyValuePair<string, string>> headers, ValidationErrors faults)
    {
        foreach ((string name, string value) in headers)
        {
            if (!StrategyOptionsValidator.IsToken(name))
            {
                faults.Add(key, $"'{name}' is not the name of a header; write it like 'x-version'.");
            }
            else if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                faults.Add(key, $"'{name}' says how the body is sent, and is made by whoever sends it; leave it out.");
            }

            if (value is null || value.AsSpan().ContainsAny('\r', '\n', '\0'))
            {
                faults.Add(key, $"the value of '{name}' is null or has line breaks in it, which no header may have.");
            }
        }
    }

    private static void CheckRewrite(RouteRewriteOptions? rewrite, ValidationErrors faults)
    {
        if (rewrite is null)
        {
            return;
        }

        if (new[] { rewrite.Path, rewrite.Prefix, rewrite.Regex }.Count(static path => path is not null) > 1)
        {
            faults.Add("Rewrite", "the path is rewritten in several ways; at most one of Path, Prefix and Regex may be set.");
        }

        CheckPath("Rewrite:Path", rewrite.Path, faults);
        CheckPath("Rewrite:Prefix", rewrite.Prefix, faults);
        faults.CheckRegex("Rewrite:Regex", rewrite.Regex);
        CheckSubstitution(rewrite, faults);
        CheckAuthority("Rewrite:Host", rewrite.Host, faults);
    }

    private static void CheckSubstitution(RouteRewriteOptions rewrite, ValidationErrors faults)
    {
        if (rewrite.Regex is null != rewrite.Substitution is null)
        {
            faults.Add("Rewrite:Substitution", "it goes with Regex, and one of the two is not set; set both or none.");
        }

        if (rewrite.Substitution is { } text && GroupReference().Replace(text, "").AsSpan().ContainsAnyExcept(PathCharacters))
        {
            faults.Add("Rewrite:Substitution", $"'{rewrite.Substitution}' cannot be part of a path; write what is not allowed there like %20.");
        }

        if (rewrite is { Regex: { } regex, Substitution: { } substitution } && TryCompile(regex) is { } compiled)
        {
            foreach (Match reference in GroupReference().Matches(substitution))
            {
                if (!compiled.GetGroupNumbers().Contains(int.Parse(reference.Groups[1].Value, CultureInfo.InvariantCulture)))
                {
                    faults.Add("Rewrite:Substitution", $"'{reference.Value}' means a group that '{regex}' has not; it has {compiled.GetGroupNumbers().Length - 1}.");
                }
            }
        }
    }

    private static void CheckRedirect(RouteRedirectOptions? redirect, ValidationErrors faults)
    {
        if (redirect is null)
        {
            return;
        }

        if (redirect is { Scheme: null, Host: null, Port: null, Path: null })
        {
            faults.Add("Redirect", "it leads to where the request came from; set at least one of Scheme, Host, Port and Path.");
        }

        if (redirect.Scheme is { } scheme && !scheme.Equals("http", StringComparison.OrdinalIgnoreCase) && !scheme.Equals("https", StringComparison.OrdinalIgnoreCase))
        {
            faults.Add("Redirect:Scheme", $"'{scheme}' is not allowed; it is http or https.");
        }

        if (redirect.Port is < 1 or > 65535)
        {
            faults.Add("Redirect:Port", $"{redirect.Port} is not a port; it is 1 to 65535.");
        }

        if (redirect.Status is not (301 or 302 or 303 or 307 or 308))
        {
            faults.Add("Redirect:Status", $"{redirect.Status} is not the status of a redirect; it is 301, 302, 303, 307 or 308.");
        }

        CheckAuthority("Redirect:Host", redirect.Host, faults);
        CheckPath("Redirect:Path", redirect.Path?.Replace("?", "", StringComparison.Ordinal), faults);
    }

    private static void CheckPath(string key, string? path, ValidationErrors faults)
    {
        if (path is not null && (!path.StartsWith('/') || path.AsSpan().ContainsAnyExcept(PathCharacters)))
        {
            faults.Add(key, $"'{path}' is no path; it begins with a slash, and what may not stand in a path is written like %20.");
        }
    }

    private static void CheckAuthority(string key, string? authority, ValidationErrors faults)
    {
        if (authority is not null && (!Uri.TryCreate($"http://{authority}/", UriKind.Absolute, out Uri? uri) || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0 || authority.EndsWith('/')))
        {
            faults.Add(key, $"'{authority}' is no host; write it without scheme and path, like 'catalog' or 'catalog:8080'.");
        }
    }

    private static Regex? TryCompile(string regex)
    {
        try
        {
            return RouteRewrite.Compile(regex);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            // That is a fault of its own already.
            return null;
        }
    }

    [GeneratedRegex(@"\$\{?([0-9]{1,9})\}?")]
    private static partial Regex GroupReference();
}
