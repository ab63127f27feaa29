namespace LoadBalancing.Client;

/// <summary>
/// Rewrites the address of a request. At most one of <see cref="Path"/>, <see cref="Prefix"/> and <see cref="Regex"/> may be set; the query stays. After the
/// call the request
/// has its original address.
/// </summary>
public sealed class RouteRewriteOptions
{
    /// <summary>
    /// The path that replaces the whole path. It begins with a slash and is written as sent, with <c>%20</c> for a space. Null, the default: not changed.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>
    /// Replaces the <see cref="RouteMatchOptions.PathPrefix"/> that the route matched. Where the route matched a whole path or a regular expression, it
    /// replaces the whole path; where it has no path condition,
    /// it replaces the leading slash. It begins with a slash. Null, the default: not changed.
    /// </summary>
    public string? Prefix { get; set; }

    /// <summary>
    /// A regular expression; every match in the path is replaced by <see cref="Substitution"/>. Without backreferences and lookarounds. Null, the default: not
    /// changed.
    /// </summary>
    public string? Regex { get; set; }

    /// <summary>
    /// The replacement of <see cref="Regex"/>; <c>$1</c>, or <c>${1}</c> before a digit, is its first group, <c>$$</c> a dollar sign. Null, the default, is an
    /// error with a <see cref="Regex"/>; empty removes the matches.
    /// </summary>
    public string? Substitution { get; set; }

    /// <summary>
    /// The host, with an optional port, in <c>Host</c> and TLS, unless the endpoint has a <see cref="EndpointDescription.Hostname"/> of its own. It does not
    /// affect which endpoint is picked. Null,
    /// the default: not changed.
    /// </summary>
    public string? Host { get; set; }
}
