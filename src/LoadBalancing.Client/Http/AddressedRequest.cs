namespace LoadBalancing.Client;

/// <summary>
/// Points a request at an endpoint for the length of one attempt: <c>RequestUri</c> goes to the endpoint, <c>Host</c> (and with it SNI and the name that the
/// certificate is checked against) stays with the name that the caller used, unless the endpoint has its own.
/// </summary>
internal readonly struct AddressedRequest
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    private readonly HttpRequestMessage _request;
    private readonly Uri _logicalUri;
    private readonly bool _hostSet;
    private readonly bool _untraced;

    private AddressedRequest(HttpRequestMessage request, Uri logicalUri, bool hostSet)
    {
        _request = request;
        _logicalUri = logicalUri;
        _hostSet = hostSet;
        _untraced = !request.Headers.NonValidated.Contains(TraceParent);
    }

    public static AddressedRequest Point(HttpRequestMessage request, UpstreamEndpoint endpoint)
    {
        Uri logicalUri = request.RequestUri!;

        // The path and query of a Uri are already in canonical form. Parsing them again could only do harm: /a%2Fb must stay /a%2Fb.
        var endpointUri = new Uri(
            string.Concat(endpoint.AuthorityAndBasePath, logicalUri.PathAndQuery),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

        bool setHost = request.Headers.Host is null;
        if (setHost)
        {
            string host = endpoint.Hostname ?? HostOf(logicalUri);
            setHost = host != endpoint.Authority;
            if (setHost)
            {
                request.Headers.Host = host;
            }
        }

        // Last, because whatever throws above must find the request untouched: nobody restores it then.
        request.RequestUri = endpointUri;
        return new AddressedRequest(request, logicalUri, setHost);
    }

    /// <summary>Leaves the request as it was.</summary>
    public void Restore()
    {
        _request.RequestUri = _logicalUri;
        if (_hostSet)
        {
            _request.Headers.Host = null;
        }

        // HttpClient writes the span of this attempt into the request, and would leave it there for the next attempt, or the next hop of a redirect, to pass for its own.
        if (_untraced && _request.Headers.Remove(TraceParent))
        {
            _request.Headers.Remove(TraceState);
        }
    }

    private static string HostOf(Uri uri)
    {
        string host = uri.HostNameType == UriHostNameType.Dns ? uri.IdnHost : uri.Host;
        return uri.IsDefaultPort ? host : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{host}:{uri.Port}");
    }
}
