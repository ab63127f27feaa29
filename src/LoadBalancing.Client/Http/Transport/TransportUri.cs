namespace LoadBalancing.Client;

/// <summary>The URI of a request as the caller set it, with the transport that sends the request.</summary>
internal sealed class TransportUri : Uri
{
    private static readonly UriCreationOptions NoCanonicalization = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly FrequentPath? _path;

    private TransportUri(string text, EndpointTransport transport, FrequentPath? path)
        : base(text, NoCanonicalization)
    {
        Transport = transport;
        _path = path;
    }

    public EndpointTransport Transport { get; }

    /// <summary>Creates the URI without its user information and fragment, which are not sent.</summary>
    public static TransportUri Of(Uri logical, string pathAndQuery, EndpointTransport transport, FrequentPath? path) =>
        new(string.Concat(logical.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped), pathAndQuery), transport, path);

    /// <summary>Whether it equals another URI, whose path is cached.</summary>
    public bool Matches(FrequentPath path, Uri logical) => ReferenceEquals(_path, path) && Port == logical.Port && Host == logical.Host;
}
