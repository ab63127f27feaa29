namespace LoadBalancing.Client;

/// <summary>One request as a virtual endpoint sees it. Immutable.</summary>
public readonly struct VirtualCall
{
    internal VirtualCall(VirtualEndpoint endpoint, long number, HttpRequestMessage? request)
    {
        Endpoint = endpoint;
        Number = number;
        Request = request;
    }

    /// <summary>The endpoint that received the request.</summary>
    public VirtualEndpoint Endpoint { get; }

    /// <summary>1 for the first request that this endpoint received.</summary>
    public long Number { get; }

    /// <summary>The request over HTTP, to be read only while the reply is decided; null below HTTP.</summary>
    public HttpRequestMessage? Request { get; }
}
