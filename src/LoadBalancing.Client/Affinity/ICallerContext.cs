using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// The caller on whose behalf a request is made, such as the browser or service behind an inbound request. Hash policies and session affinity read from it what
/// the outgoing request does not contain. Register one in
/// the service collection, or set one on a request with <c>LoadBalancing().CallerContext</c>, which takes precedence.
/// </summary>
/// <remarks>Called on the request path, once or twice per attempt. Implementations must be thread-safe.</remarks>
public interface ICallerContext
{
    /// <summary>The caller's address; null when unknown.</summary>
    IPAddress? CallerAddress { get; }

    /// <summary>A header of the caller's request, several values joined by commas; null when there is none.</summary>
    /// <param name="name">The header's name.</param>
    string? GetHeader(string name);

    /// <summary>A cookie of the caller's request, or one set by <see cref="TrySetCookie"/> since; null when there is none.</summary>
    /// <param name="name">The cookie's name.</param>
    string? GetCookie(string name);

    /// <summary>Sets a cookie for the caller to send with later requests.</summary>
    /// <param name="name">The cookie's name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="ttl">Its lifetime; zero: the caller's session.</param>
    /// <param name="path">Its path.</param>
    /// <returns>False when the caller cannot be reached (any more); the cookie is then dropped.</returns>
    bool TrySetCookie(string name, string value, TimeSpan ttl, string path);
}
