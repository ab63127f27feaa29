using System.Net;

namespace LoadBalancing.Client;

/// <summary>The properties of a request that hash policies read.</summary>
internal interface IHashInputs
{
    /// <summary>Null when unknown.</summary>
    IPAddress? CallerAddress { get; }

    /// <summary>The values of a header.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">All of them if there are values; otherwise null.</param>
    /// <returns>The only value, or null.</returns>
    string? GetHeader(string name, out string[]? values);

    /// <summary>The value of a cookie; if the request has none and the options say so, one is created.</summary>
    bool TryGetCookie(HashCookieOptions cookie, out ReadOnlySpan<char> value);

    /// <summary>The first value of a query parameter.</summary>
    bool TryGetQueryParameter(string name, out ReadOnlySpan<char> value);
}
