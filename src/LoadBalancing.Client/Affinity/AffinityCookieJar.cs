using System.Collections.Concurrent;
using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// Keeps the affinity cookies of one caller in memory, where there is no browser to do it: create one for each user, job or scope whose requests belong
/// together, and pass it to their requests with <c>LoadBalancing().CallerContext</c>.
/// </summary>
/// <remarks>Thread-safe. Cookies live as long as the instance, whatever their own time to live.</remarks>
public sealed class AffinityCookieJar : ICallerContext
{
    private readonly ConcurrentDictionary<string, string> _cookies = new(StringComparer.Ordinal);

    /// <summary>The caller's address, for hash policies that use it; null, the default: unknown.</summary>
    public IPAddress? CallerAddress { get; init; }

    /// <summary>Always null: headers belong to single requests.</summary>
    /// <param name="name">The header's name.</param>
    public string? GetHeader(string name) => null;

    /// <inheritdoc/>
    public string? GetCookie(string name) => _cookies.GetValueOrDefault(name);

    /// <inheritdoc/>
    public string? GetOrAddCookie(string name, string value, TimeSpan ttl, string path) => _cookies.GetOrAdd(name, value);

    /// <inheritdoc/>
    public bool TrySetCookie(string name, string value, TimeSpan ttl, string path)
    {
        _cookies[name] = value;
        return true;
    }
}
