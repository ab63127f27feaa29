using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// The caller on whose behalf a request is made, such as the browser or service behind an inbound request. Hash policies and session affinity read from it what
/// the outgoing request does not contain. Register one in
/// the service collection, or set one on a request with <c>LoadBalancing().CallerContext</c>, which takes precedence.
/// </summary>
/// <remarks>
/// Called on the request path, once or twice per attempt. Implementations must be thread-safe: an application may make several calls for one caller
/// concurrently. An exception before the request is sent fails the call; one of <see cref="TrySetCookie"/> after the response has arrived does not.
/// </remarks>
public interface ICallerContext
{
    /// <summary>The caller's address; null when unknown.</summary>
    IPAddress? CallerAddress { get; }

    /// <summary>A header of the caller's request, several values joined by commas; null when there is none.</summary>
    /// <param name="name">The header's name.</param>
    string? GetHeader(string name);

    /// <summary>A cookie of the caller's request, or one set by this object since; null when there is none.</summary>
    /// <param name="name">The cookie's name.</param>
    string? GetCookie(string name);

    /// <summary>
    /// A cookie of the caller, which is set if there is none: the value by which a hash policy keeps the caller on its endpoint. By default <see
    /// cref="GetCookie"/>, then <see cref="TrySetCookie"/>; an implementation whose callers make concurrent calls does both in one step, so that all of
    /// them get the same value.
    /// </summary>
    /// <param name="name">The cookie's name.</param>
    /// <param name="value">The value to set if there is none.</param>
    /// <param name="ttl">Its lifetime; zero: the caller's session.</param>
    /// <param name="path">Its path.</param>
    /// <returns>The value in force; null when there is none, and the caller cannot be reached (any more).</returns>
    string? GetOrAddCookie(string name, string value, TimeSpan ttl, string path) =>
        GetCookie(name) ?? (TrySetCookie(name, value, ttl, path) ? value : null);

    /// <summary>Sets a cookie for the caller to send with later requests: the endpoint of its session, which may replace an earlier one.</summary>
    /// <param name="name">The cookie's name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="ttl">Its lifetime; zero: the caller's session.</param>
    /// <param name="path">Its path.</param>
    /// <returns>False when the caller cannot be reached (any more), or another value was set for it meanwhile; this one is then dropped.</returns>
    bool TrySetCookie(string name, string value, TimeSpan ttl, string path);
}
