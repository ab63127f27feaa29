namespace LoadBalancing.Client;

/// <summary>
/// Conditions on a request, all of which must hold. At most one of <see cref="Path"/>, <see cref="PathPrefix"/> and <see cref="PathRegex"/> may be set.
/// </summary>
public sealed class RouteMatchOptions
{
    /// <summary>The path of the address as sent, without the query, with a leading slash. Null, the default: any.</summary>
    public string? Path { get; set; }

    /// <summary>The prefix of the path, with a leading slash: <c>/foo</c> matches <c>/foobar</c> too, <c>/foo/</c> does not. Null, the default: any.</summary>
    public string? PathPrefix { get; set; }

    /// <summary>A regular expression for the whole path, without backreferences and lookarounds. Null, the default: any.</summary>
    public string? PathRegex { get; set; }

    /// <summary>Whether the path is case-insensitive. Default false.</summary>
    public bool IgnoreCase { get; set; }

    /// <summary>The allowed methods, case-insensitive. Null or empty, the default: any.</summary>
    public IList<string>? Methods { get; set; }

    /// <summary>A condition on the method, where a list is not enough; methods are upper-case. Null, the default: any.</summary>
    public TextMatchOptions? MethodMatch { get; set; }

    /// <summary>The allowed hosts of the address, without port, case-insensitive. Null or empty, the default: any.</summary>
    public IList<string>? Hosts { get; set; }

    /// <summary>
    /// A condition on the authority: the request's <c>Host</c> header, else the host of the address in lower case, with its port unless it is the default one.
    /// Null, the default: any.
    /// </summary>
    public TextMatchOptions? Authority { get; set; }

    /// <summary>The allowed ports of the address. Null or empty, the default: any.</summary>
    public IList<int>? Ports { get; set; }

    /// <summary>The scheme of the address, case-insensitive. Null, the default: any.</summary>
    public string? Scheme { get; set; }

    /// <summary>A condition on the scheme, where a single one is not enough; schemes are lower-case. Null, the default: any.</summary>
    public TextMatchOptions? SchemeMatch { get; set; }

    /// <summary>Conditions on headers, all of which must hold. Null or empty, the default: none.</summary>
    public IList<HeaderMatchOptions>? Headers { get; set; }

    /// <summary>Conditions on query parameters, all of which must hold. Null or empty, the default: none.</summary>
    public IList<QueryMatchOptions>? Query { get; set; }
}
