using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// What is known of the caller for whom a request is made: the browser or service behind an inbound request, say. Hash policies ask it for what the outgoing request does not say itself. Register one in
/// the service collection, or give one to a request with <c>LoadBalancing().CallerContext</c>, which goes before.
/// </summary>
/// <remarks>Asked on the request path, once or twice an attempt. Implementations must be safe for use from several threads at once.</remarks>
public interface ICallerContext
{
    /// <summary>The caller's address; null when it is not known.</summary>
    IPAddress? CallerAddress { get; }

    /// <summary>A header that the caller sent, several values as one text, joined by commas; null when there was none.</summary>
    /// <param name="name">The header's name.</param>
    string? GetHeader(string name);

    /// <summary>A cookie that the caller brought along, or was given by <see cref="TrySetCookie"/> since; null when there was none.</summary>
    /// <param name="name">The cookie's name.</param>
    string? GetCookie(string name);

    /// <summary>Gives the caller a cookie to bring along next time.</summary>
    /// <param name="name">The cookie's name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="ttl">How long it lives; zero: for the caller's session.</param>
    /// <param name="path">The path for which it counts.</param>
    /// <returns>False when there is no way to reach the caller (any more); the cookie is then forgotten.</returns>
    bool TrySetCookie(string name, string value, TimeSpan ttl, string path);
}
