namespace LoadBalancing.Client;

/// <summary>How an attempt failed. The core knows no protocol: the HTTP handler maps statuses and exceptions to these kinds.</summary>
public enum FailureKind
{
    /// <summary>The attempt did not fail.</summary>
    None = 0,

    /// <summary>
    /// No connection was established (refused, unreachable, name not resolved, TLS handshake, connect timeout): nothing of the request was sent.
    /// </summary>
    Connect,

    /// <summary>The connection failed after the request was, or may have been, sent and before the response was complete.</summary>
    Reset,

    /// <summary>The attempt timed out.</summary>
    Timeout,

    /// <summary>The response reports an error of the endpoint (over HTTP: a 5xx that is not <see cref="Gateway"/>).</summary>
    ErrorResponse,

    /// <summary>The response reports that something behind the endpoint failed, or that it cannot take the request now (over HTTP: 502, 503, 504).</summary>
    Gateway,
}
