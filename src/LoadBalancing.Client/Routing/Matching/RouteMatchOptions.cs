namespace LoadBalancing.Client;

/// <summary>Conditions on a request, all of which must hold. What is not set is not asked. At most one of <see cref="Path"/>, <see cref="PathPrefix"/> and <see cref="PathRegex"/> may be set.</summary>
public sealed class RouteMatchOptions
{
    /// <summary>The path of the address as it is sent, without the query. It begins with a slash. Null, the default: not asked.</summary>
    public string? Path { get; set; }

    /// <summary>What the path begins with: <c>/foo</c> fits <c>/foobar</c> too, <c>/foo/</c> does not. It begins with a slash. Null, the default: not asked.</summary>
    public string? PathPrefix { get; set; }

    /// <summary>A regular expression, which must fit the whole path, without backreferences and lookarounds. Null, the default: not asked.</summary>
    public string? PathRegex { get; set; }

    /// <summary>Whether the case of the path does not matter. Default false.</summary>
    public bool IgnoreCase { get; set; }

    /// <summary>The methods, of which the request must have one; case does not matter. Null or empty, the default: not asked.</summary>
    public IList<string>? Methods { get; set; }

    /// <summary>A condition on the method, where a list does not do; methods are written in capitals. Null, the default: not asked.</summary>
    public TextMatchOptions? MethodMatch { get; set; }

    /// <summary>The hosts that the caller named, of which the request must have one; without port, case does not matter. Null or empty, the default: not asked.</summary>
    public IList<string>? Hosts { get; set; }

    /// <summary>A condition on what the request names in <c>Host</c>: its own <c>Host</c> header, else the host of the address, in small letters, with its port unless it is the default one. Null, the default: not asked.</summary>
    public TextMatchOptions? Authority { get; set; }

    /// <summary>The ports of the address, of which the request must have one. Null or empty, the default: not asked.</summary>
    public IList<int>? Ports { get; set; }

    /// <summary>The scheme that the caller named; case does not matter. Null, the default: not asked.</summary>
    public string? Scheme { get; set; }

    /// <summary>A condition on the scheme, where one does not do; schemes are written in small letters. Null, the default: not asked.</summary>
    public TextMatchOptions? SchemeMatch { get; set; }

    /// <summary>Headers, all of which must fit. Null or empty, the default: not asked.</summary>
    public IList<HeaderMatchOptions>? Headers { get; set; }

    /// <summary>Query parameters, all of which must fit. Null or empty, the default: not asked.</summary>
    public IList<QueryMatchOptions>? Query { get; set; }
}
