namespace LoadBalancing.Client;

/// <summary>
/// The URI of a request at an endpoint that also carries the URI of the caller, for primary handlers that look up credentials or proxies by it. Other
/// handlers get an <see cref="EndpointUri"/>, which is cached.
/// </summary>
internal sealed class RewrittenUri : Uri
{
    private RewrittenUri(string text, Uri logical, in UriCreationOptions options)
        : base(text, options) => Logical = logical;

    /// <summary>The URI as the caller set it.</summary>
    public Uri Logical { get; }

    /// <summary>The host of the caller's URI with the scheme that is used: rules about proxies differ by scheme, and the endpoint decides about it.</summary>
    public Uri LogicalAddress => new($"{Scheme}{SchemeDelimiter}{RequestAuthority.Of(Logical)}/");

    public static RewrittenUri Of(UpstreamEndpoint endpoint, Uri logical)
    {
        string text = string.Concat(endpoint.AuthorityAndBasePath, logical.PathAndQuery);
        var uri = new RewrittenUri(text, logical, ExactUri.Ordinary);
        return ExactUri.IsExact(uri, text) ? uri : new RewrittenUri(text, logical, ExactUri.Verbatim);
    }
}
