namespace LoadBalancing.Client;

/// <summary>
/// What a request asks for instead of what its caller wrote. At most one of <see cref="Path"/>, <see cref="Prefix"/> and <see cref="Regex"/> may be set; the query stays. When the call is over, the request is again
/// what it was.
/// </summary>
public sealed class RouteRewriteOptions
{
    /// <summary>The path, in the place of the whole path. It begins with a slash and stands as it is to be sent, so with <c>%20</c> for a blank. Null, the default: not changed.</summary>
    public string? Path { get; set; }

    /// <summary>
    /// What takes the place of the <see cref="RouteMatchOptions.PathPrefix"/> by which the route fits. Where the route fits by a whole path or a regular expression, it takes the place of the whole path; where it asks for no path, that
    /// of the first slash. It begins with a slash. Null, the default: not changed.
    /// </summary>
    public string? Prefix { get; set; }

    /// <summary>A regular expression; every part of the path that fits it is replaced by <see cref="Substitution"/>. Without backreferences and lookarounds. Null, the default: not changed.</summary>
    public string? Regex { get; set; }

    /// <summary>What <see cref="Regex"/> is replaced by; <c>$1</c>, or <c>${1}</c> before a digit, is what its first group found, <c>$$</c> a dollar sign. Null, the default, is an error where there is a <see cref="Regex"/>; empty takes the parts out.</summary>
    public string? Substitution { get; set; }

    /// <summary>
    /// The host, with a port if it has one, that the request names instead: in <c>Host</c> and in TLS, unless the endpoint has a <see cref="EndpointDescription.Hostname"/> of its own. Which endpoint it goes to does not depend on it. Null,
    /// the default: not changed.
    /// </summary>
    public string? Host { get; set; }
}
