namespace LoadBalancing.Client.TestSupport;

/// <summary>A request as received.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, not decoded.</param>
/// <param name="Host">The Host header, or <c>:authority</c> of HTTP/2.</param>
/// <param name="Protocol">HTTP/1.1 or HTTP/2.</param>
/// <param name="ServerName">The server name of the TLS handshake; null without TLS.</param>
public sealed record LoopbackRequest(string Method, string Target, string Host, string Protocol, string? ServerName);
