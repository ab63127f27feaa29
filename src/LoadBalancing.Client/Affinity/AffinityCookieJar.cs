using System.Collections.Concurrent;
using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// Keeps the affinity cookies of one caller in memory, where there is no browser to do it: make one for each user, job or scope whose requests belong together, and give it to them with <c>LoadBalancing().CallerContext</c>.
/// </summary>
/// <remarks>Safe for use from several threads at once. Cookies live as long as the session, whatever their own time to live.</remarks>
public sealed class AffinityCookieJar : ICallerContext
{
    private readonly ConcurrentDictionary<string, string> _cookies = new(StringComparer.Ordinal);

    /// <summary>The caller's address, if that is hashed; null, the default: not known.</summary>
    public IPAddress? CallerAddress { get; init; }

    /// <summary>None: headers belong to single requests.</summary>
    /// <param name="name">The header's name.</param>
    public string? GetHeader(string name) => null;

    /// <inheritdoc/>
    public string? GetCookie(string name) => _cookies.GetValueOrDefault(name);

    /// <inheritdoc/>
    public bool TrySetCookie(string name, string value, TimeSpan ttl, string path)
    {
        _cookies[name] = value;
        return true;
    }
}
