using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>Validates the actions of a route: rewrites, header transforms, redirects and direct responses.</summary>
internal static partial class RouteActionOptionsValidator
{
    /// <summary>The characters of a path (RFC 3986, section 3.3); a percent sign encodes any other.</summary>
    private const string PathCharacters = "!$%&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~";

    private static readonly SearchValues<char> OfPath = SearchValues.Create(PathCharacters);
    private static readonly SearchValues<char> OfPathAndQuery = SearchValues.Create(PathCharacters + "?");

    private static readonly string[] WebSchemes = [Uri.UriSchemeHttp, Uri.UriSchemeHttps];

    public static void Validate(RequestRouteOptions route, ValidationErrors errors)
    {
        if (route is { Redirect: not null, DirectResponse: not null })
        {
            errors.Add("Redirect", "DirectResponse is also set; a request gets one response, so remove one of the two.");
        }

        if (route.Rewrite is not null && (route.Redirect ?? (object?)route.DirectResponse) is not null)
        {
            errors.Add("Rewrite", "the route itself responds (Redirect, DirectResponse), so no request is sent that could be rewritten; "
                + "remove one of the two.");
        }

        CheckRewrite(route.Rewrite, errors);
        CheckRedirect(route.Redirect, errors);
        HeaderTransformOptionsValidator.Validate(route.RequestHeaders, errors.ForSection("RequestHeaders"));
        HeaderTransformOptionsValidator.Validate(route.ResponseHeaders, errors.ForSection("ResponseHeaders"));
        if (route.DirectResponse is { Status: < 200 or > 599 } direct)
        {
            errors.Add("DirectResponse:Status", $"{direct.Status} is not allowed; it must be a status from 200 to 599, like 503.");
        }
    }

    private static void CheckRewrite(RouteRewriteOptions? rewrite, ValidationErrors errors)
    {
        if (rewrite is null)
        {
            return;
        }

        if (new[] { rewrite.Path, rewrite.Prefix, rewrite.Regex }.Count(static path => path is not null) > 1)
        {
            errors.Add("Rewrite", "several path rewrites are set; at most one of Path, Prefix and Regex may be set.");
        }

        CheckPath("Rewrite:Path", rewrite.Path, OfPath, errors);
        CheckPath("Rewrite:Prefix", rewrite.Prefix, OfPath, errors);
        CheckSubstitution(rewrite, RegexValidator.TryCompile("Rewrite:Regex", rewrite.Regex, RouteRewrite.Compile, errors), errors);
        CheckAuthority("Rewrite:Host", rewrite.Host, errors);
    }

    private static void CheckSubstitution(RouteRewriteOptions rewrite, Regex? compiled, ValidationErrors errors)
    {
        if (rewrite.Regex is null != rewrite.Substitution is null)
        {
            errors.Add("Rewrite:Substitution", "Regex and Substitution belong together, and one of them is not set; set both or neither.");
        }

        if (rewrite.Substitution is { } text && GroupReference().Replace(text, "").AsSpan().ContainsAnyExcept(OfPath))
        {
            errors.Add("Rewrite:Substitution", $"'{rewrite.Substitution}' has characters that are not allowed in a path; percent-encode them, like %20.");
        }

        if (compiled is not null && rewrite.Substitution is { } substitution)
        {
            foreach (Match reference in GroupReference().Matches(substitution))
            {
                if (!compiled.GetGroupNumbers().Contains(int.Parse(reference.Groups[1].Value, CultureInfo.InvariantCulture)))
                {
                    errors.Add("Rewrite:Substitution", $"'{reference.Value}' refers to a group that '{rewrite.Regex}' does not have; "
                        + $"it has {compiled.GetGroupNumbers().Length - 1}.");
                }
            }
        }
    }

    private static void CheckRedirect(RouteRedirectOptions? redirect, ValidationErrors errors)
    {
        if (redirect is null)
        {
            return;
        }

        if (redirect is { Scheme: null, Host: null, Port: null, Path: null })
        {
            errors.Add("Redirect", "it redirects to the URI of the request; set at least one of Scheme, Host, Port and Path.");
        }

        if (redirect.Scheme is { } scheme && !WebSchemes.Contains(scheme, StringComparer.OrdinalIgnoreCase))
        {
            errors.Add("Redirect:Scheme", $"'{scheme}' is not allowed; it must be http or https.");
        }

        if (redirect.Port is < 1 or > 65535)
        {
            errors.Add("Redirect:Port", $"{redirect.Port} is not a port; it must be 1 to 65535.");
        }

        if (redirect.Status is not (301 or 302 or 303 or 307 or 308))
        {
            errors.Add("Redirect:Status", $"{redirect.Status} is not a redirect status; it must be 301, 302, 303, 307 or 308.");
        }

        CheckAuthority("Redirect:Host", redirect.Host, errors);
        CheckPath("Redirect:Path", redirect.Path, OfPathAndQuery, errors);
    }

    private static bool IsAuthority(string text) =>
        Uri.TryCreate($"http://{text}/", UriKind.Absolute, out Uri? uri)
        && uri is { PathAndQuery: "/", UserInfo.Length: 0, Fragment.Length: 0 }
        && !text.EndsWith('/');

    private static void CheckPath(string key, string? path, SearchValues<char> allowed, ValidationErrors errors)
    {
        if (path is not null && (!path.StartsWith('/') || path.AsSpan().ContainsAnyExcept(allowed)))
        {
            errors.Add(
                key,
                $"'{path}' is not a path; it must begin with a slash, and characters that are not allowed in a path must be percent-encoded, like %20.");
        }
    }

    private static void CheckAuthority(string key, string? authority, ValidationErrors errors)
    {
        if (authority is not null && !IsAuthority(authority))
        {
            errors.Add(key, $"'{authority}' is not a host; write it without scheme and path, like 'catalog' or 'catalog:8080'.");
        }
    }

    [GeneratedRegex(@"\$\{?([0-9]{1,9})\}?")]
    private static partial Regex GroupReference();
}
