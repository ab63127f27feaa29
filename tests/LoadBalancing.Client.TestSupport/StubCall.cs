namespace LoadBalancing.Client.TestSupport;

/// <summary>A call of the primary handler.</summary>
/// <param name="Request">The request, which may have changed since.</param>
/// <param name="Uri">The URI of the request.</param>
/// <param name="Host">The Host header; null if not set.</param>
/// <param name="Number">The number of the call, starting at 1.</param>
/// <param name="CancellationToken">The token of the call.</param>
public sealed record StubCall(HttpRequestMessage Request, Uri Uri, string? Host, int Number, CancellationToken CancellationToken);
