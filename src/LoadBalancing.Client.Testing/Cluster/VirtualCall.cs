namespace LoadBalancing.Client;

/// <summary>One request received by a virtual endpoint. Immutable.</summary>
public readonly struct VirtualCall
{
    internal VirtualCall(VirtualEndpoint endpoint, long number, HttpRequestMessage? request)
    {
        Endpoint = endpoint;
        Number = number;
        Request = request;
    }

    /// <summary>The endpoint.</summary>
    public VirtualEndpoint Endpoint { get; }

    /// <summary>The number of the request at this endpoint, starting at 1.</summary>
    public long Number { get; }

    /// <summary>The HTTP request, readable only while the reply is determined; null for calls without HTTP.</summary>
    public HttpRequestMessage? Request { get; }
}
