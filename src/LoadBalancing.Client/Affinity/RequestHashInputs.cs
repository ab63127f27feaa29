using System.Net;
using System.Net.Http.Headers;

namespace LoadBalancing.Client;

/// <summary>What a request offers to hash policies: what it says itself, and where it says nothing, what is known of the caller for whom it is made.</summary>
internal readonly struct RequestHashInputs
{
    public static readonly HttpRequestOptionsKey<IPAddress> CallerAddressKey = new("LoadBalancing.Client.CallerAddress");

    private readonly HttpRequestMessage _request;
    private readonly ICallerContext? _caller;
    private readonly RandomSource _random;

    public RequestHashInputs(HttpRequestMessage request, ICallerContext? caller, RandomSource random)
    {
        _request = request;
        _caller = caller;
        _random = random;
    }

    /// <summary>Null when it is not known.</summary>
    public IPAddress? CallerAddress =>
        _request.Options.TryGetValue(CallerAddressKey, out IPAddress? address) ? address : _caller?.CallerAddress;

    /// <summary>The values of a header.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="several">All of them if they are more than one, else null.</param>
    /// <returns>The only value, or null.</returns>
    public string? GetHeader(string name, out string[]? several)
    {
        several = null;
        if (!_request.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) || values.Count == 0)
        {
            return _caller?.GetHeader(name);
        }

        if (values.Count == 1)
        {
            return values.ToString();
        }

        several = [.. values];
        return null;
    }

    /// <summary>The value of a cookie, or of one that is made now because the request has none.</summary>
    public bool TryGetCookie(HashCookieOptions cookie, out ReadOnlySpan<char> value)
    {
        if (TryFindCookie(_request, cookie.Name, out value))
        {
            return true;
        }

        string? known = _caller?.GetCookie(cookie.Name);
        if (known is null && cookie.Ttl is { } ttl && _caller is not null)
        {
            string made = _random.NextUInt64().ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
            known = _caller.GetOrAddCookie(cookie.Name, made, ttl, cookie.Path);
        }

        value = known;
        return known is not null;
    }

    /// <summary>The first value of a query parameter.</summary>
    public bool TryGetQueryParameter(string name, out ReadOnlySpan<char> value)
    {
        ReadOnlySpan<char> query = _request.RequestUri!.Query;
        query = query.Length > 0 ? query[1..] : query;
        foreach (Range range in query.Split('&'))
        {
            if (IsNamed(query[range], name, out value))
            {
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Finds a cookie in the request's own header; its value without the quotation marks that may stand around it.</summary>
    internal static bool TryFindCookie(HttpRequestMessage request, string name, out ReadOnlySpan<char> value)
    {
        if (request.Headers.NonValidated.TryGetValues("Cookie", out HeaderStringValues lines))
        {
            foreach (string line in lines)
            {
                ReadOnlySpan<char> cookies = line;
                foreach (Range range in cookies.Split(';'))
                {
                    if (IsNamed(cookies[range].Trim(), name, out value))
                    {
                        value = value is ['"', .. ReadOnlySpan<char> inside, '"'] ? inside : value;
                        return true;
                    }
                }
            }
        }

        value = default;
        return false;
    }

    private static bool IsNamed(ReadOnlySpan<char> pair, string name, out ReadOnlySpan<char> value)
    {
        int equals = pair.IndexOf('=');
        value = equals < 0 ? default : pair[(equals + 1)..];
        return (equals < 0 ? pair : pair[..equals]).SequenceEqual(name);
    }
}
