using System.Net;

namespace LoadBalancing.Client;

/// <summary>One compiled policy. It yields a hash or nothing, by the rules of Envoy.</summary>
internal sealed class HashPolicy
{
    private readonly string? _header;
    private readonly HashCookieOptions? _cookie;
    private readonly string? _queryParameter;

    public HashPolicy(HashPolicyOptions options)
    {
        _header = options.Header;
        _cookie = options.Cookie is { } cookie ? new HashCookieOptions { Name = cookie.Name, Ttl = cookie.Ttl, Path = cookie.Path } : null;
        _queryParameter = options.QueryParameter;
        IsTerminal = options.Terminal;
    }

    public bool IsTerminal { get; }

    public bool TryHash(in RequestHashInputs inputs, out ulong hash)
    {
        hash = 0;
        if (_header is not null)
        {
            return TryHashHeader(inputs.GetHeader(_header, out string[]? values), values, out hash);
        }

        ReadOnlySpan<char> value;
        if (_cookie is not null)
        {
            if (!inputs.TryGetCookie(_cookie, out value))
            {
                return false;
            }
        }
        else if (_queryParameter is not null)
        {
            if (!inputs.TryGetQueryParameter(_queryParameter, out value))
            {
                return false;
            }
        }
        else
        {
            return TryHashAddress(inputs.CallerAddress, out hash);
        }

        hash = TextHash.Of(value);
        return true;
    }

    private static bool TryHashHeader(string? value, string[]? values, out ulong hash)
    {
        hash = 0;
        if (values is null)
        {
            hash = value is null ? 0 : TextHash.Of(value);
            return value is not null;
        }

        Array.Sort(values, StringComparer.Ordinal);
        foreach (string item in values)
        {
            hash = TextHash.Of(item, seed: hash);
        }

        return true;
    }

    private static bool TryHashAddress(IPAddress? address, out ulong hash)
    {
        hash = address is null ? 0 : AffinityHash.Compute(address);
        return address is not null;
    }
}
