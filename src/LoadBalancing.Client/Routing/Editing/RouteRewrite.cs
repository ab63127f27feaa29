using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>A <see cref="RouteRewriteOptions"/>, compiled.</summary>
internal sealed class RouteRewrite
{
    /// <summary>What is put together here is in canonical form already, or as the options say that it is to be sent.</summary>
    private static readonly UriCreationOptions NoCanonicalization = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly RequestRoute _route;
    private readonly string? _path;
    private readonly string? _prefix;
    private readonly Regex? _regex;
    private readonly string _substitution;

    private RouteRewrite(RouteRewriteOptions options, RequestRoute route)
    {
        _route = route;
        _path = options.Path;
        _prefix = options.Prefix;
        _regex = options.Regex is null ? null : Compile(options.Regex);
        _substitution = options.Substitution ?? "";
        Host = options.Host;
    }

    /// <summary>The host, with a port if it has one, that takes the place of the request's; null: that stays.</summary>
    public string? Host { get; }

    /// <summary>Null when nothing is rewritten.</summary>
    public static RouteRewrite? From(RouteRewriteOptions? options, RequestRoute route) =>
        options is null or { Path: null, Prefix: null, Regex: null, Host: null } ? null : new RouteRewrite(options, route);

    /// <summary>Makes the expression whose finds are replaced.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking.</exception>
    public static Regex Compile(string regex) => new(regex, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>The address that the request asks for.</summary>
    public Uri Apply(HttpRequestMessage request)
    {
        Uri uri = request.RequestUri!;
        string pathAndQuery = uri.PathAndQuery;
        int query = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? pathAndQuery : pathAndQuery[..query];
        string rewritten = Rewrite(path, request);
        return rewritten == path && Host is null
            ? uri
            : new Uri($"{uri.Scheme}{Uri.SchemeDelimiter}{Host ?? RequestAuthority.Of(uri)}{(rewritten.StartsWith('/') ? "" : "/")}{rewritten}{(query < 0 ? "" : pathAndQuery[query..])}", NoCanonicalization);
    }

    private string Rewrite(string path, HttpRequestMessage request)
    {
        if (_path is not null)
        {
            return _path;
        }

        if (_prefix is not null)
        {
            return string.Concat(_prefix, path.AsSpan(_route.PrefixLength(request, path)));
        }

        return _regex is null ? path : _regex.Replace(path, _substitution);
    }
}
