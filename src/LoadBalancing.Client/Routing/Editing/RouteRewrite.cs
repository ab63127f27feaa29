using System.Text.RegularExpressions;

namespace LoadBalancing.Client;

/// <summary>A compiled <see cref="RouteRewriteOptions"/>.</summary>
internal sealed class RouteRewrite
{
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

    /// <summary>The host, with an optional port, that replaces the request's; null: not changed.</summary>
    public string? Host { get; }

    /// <summary>Null when nothing is rewritten.</summary>
    public static RouteRewrite? From(RouteRewriteOptions? options, RequestRoute route) =>
        options is null or { Path: null, Prefix: null, Regex: null, Host: null } ? null : new RouteRewrite(options, route);

    /// <summary>Compiles the expression whose matches are replaced.</summary>
    /// <exception cref="ArgumentException">It is not a regular expression.</exception>
    /// <exception cref="NotSupportedException">It requires backtracking.</exception>
    public static Regex Compile(string regex) => new(regex, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>The rewritten address of a request.</summary>
    public Uri Apply(HttpRequestMessage request)
    {
        Uri uri = request.RequestUri!;
        string pathAndQuery = uri.PathAndQuery;
        int query = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? pathAndQuery : pathAndQuery[..query];
        string rewritten = Rewrite(path, request);
        if (rewritten == path && Host is null)
        {
            return uri;
        }

        string slash = rewritten.StartsWith('/') ? "" : "/";
        string queryText = query < 0 ? "" : pathAndQuery[query..];

        // The parts are canonical already, or written in the options as they are to be sent.
        return ExactUri.Create($"{uri.Scheme}{Uri.SchemeDelimiter}{Host ?? RequestAuthority.Of(uri)}{slash}{rewritten}{queryText}");
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
