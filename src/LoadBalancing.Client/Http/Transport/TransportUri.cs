namespace LoadBalancing.Client;

/// <summary>The URI of a request as the caller wrote it, and the transport that is to carry it.</summary>
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

    /// <summary>A user name in the URI, and what follows <c>#</c>, are not sent and not kept.</summary>
    public static TransportUri Of(Uri logical, string pathAndQuery, EndpointTransport transport, FrequentPath? path) =>
        new(string.Concat(logical.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped), pathAndQuery), transport, path);

    /// <summary>Whether it is the same as another, whose path is known.</summary>
    public bool Matches(FrequentPath path, Uri logical) => ReferenceEquals(_path, path) && Port == logical.Port && Host == logical.Host;
}
