namespace LoadBalancing.Client;

/// <summary>One request received by a virtual endpoint.</summary>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="Number">The number of the request at this endpoint, starting at 1.</param>
/// <param name="Request">The HTTP request, readable only while the reply is determined; null for calls without HTTP.</param>
public readonly record struct VirtualCall(VirtualEndpoint Endpoint, long Number, HttpRequestMessage? Request);
