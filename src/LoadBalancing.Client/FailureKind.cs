namespace LoadBalancing.Client;

/// <summary>In which way an attempt failed. The core knows no protocol: HTTP statuses are mapped to these kinds by the HTTP handler.</summary>
public enum FailureKind
{
    /// <summary>The attempt did not fail.</summary>
    None = 0,

    /// <summary>No connection came about (refused, unreachable, name not resolved, TLS handshake, connect time-out): nothing of the request was sent.</summary>
    Connect,

    /// <summary>The connection broke after the request was, or may have been, sent and before the answer was complete.</summary>
    Reset,

    /// <summary>The time given to the attempt ran out.</summary>
    Timeout,

    /// <summary>The endpoint answered, and its answer says that it failed (over HTTP: a 5xx that is not <see cref="Gateway"/>).</summary>
    ErrorResponse,

    /// <summary>The endpoint answered that something behind it failed, or that it cannot take the request now (over HTTP: 502, 503, 504).</summary>
    Gateway,
}
