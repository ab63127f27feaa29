namespace LoadBalancing.Client;

/// <summary>One request as a virtual endpoint sees it.</summary>
/// <param name="Endpoint">Who is asked.</param>
/// <param name="Number">1 for the first request that this endpoint received.</param>
/// <param name="Request">The request over HTTP, to be read only while the reply is decided; null below HTTP.</param>
public readonly record struct VirtualCall(VirtualEndpoint Endpoint, long Number, HttpRequestMessage? Request);
