using System.Net;

namespace LoadBalancing.Client;

/// <summary>What a request has to offer to hash policies.</summary>
internal interface IHashInputs
{
    /// <summary>Null when nobody said.</summary>
    IPAddress? CallerAddress { get; }

    /// <summary>The values of a header.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="several">All of them if they are more than one, else null.</param>
    /// <returns>The only value, or null.</returns>
    string? GetHeader(string name, out string[]? several);

    /// <summary>The value of a cookie, or of one that is made now because the request has none.</summary>
    bool TryGetCookie(HashCookieOptions cookie, out ReadOnlySpan<char> value);

    /// <summary>The first value of a query parameter.</summary>
    bool TryGetQueryParameter(string name, out ReadOnlySpan<char> value);
}
