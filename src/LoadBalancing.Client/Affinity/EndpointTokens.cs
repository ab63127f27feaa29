using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// The tokens by which callers refer to endpoints: signatures of their identities, so that a token reveals nothing about an endpoint and cannot be forged.
/// Tokens are deterministic, so all of them
/// are computed in advance, and reading one is a table lookup.
/// </summary>
internal sealed class EndpointTokens
{
    private const int SignatureLength = 18;

    private readonly FrozenDictionary<string, UpstreamEndpoint> _endpointsByToken;
    private readonly FrozenDictionary<UpstreamEndpoint, string> _tokensByEndpoint;

    /// <param name="service">The service; a token is valid for it alone.</param>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="keys">The keys; new tokens are signed with the first.</param>
    public EndpointTokens(string service, UpstreamEndpoint[] endpoints, byte[][] keys)
    {
        Endpoints = endpoints;
        var byToken = new Dictionary<string, UpstreamEndpoint>(StringComparer.Ordinal);
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            foreach (byte[] key in keys)
            {
                byToken[Sign(service, endpoint, key)] = endpoint;
            }
        }

        _endpointsByToken = byToken.ToFrozenDictionary(StringComparer.Ordinal);
        _tokensByEndpoint = endpoints.ToFrozenDictionary(static endpoint => endpoint, endpoint => Sign(service, endpoint, keys[0]));
    }

    /// <summary>The endpoints that the tokens refer to.</summary>
    public UpstreamEndpoint[] Endpoints { get; }

    /// <summary>The endpoint of a token; null when it is unknown, or of an endpoint that was removed.</summary>
    public UpstreamEndpoint? Find(ReadOnlySpan<char> token) =>
        _endpointsByToken.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out UpstreamEndpoint? endpoint) ? endpoint : null;

    /// <summary>The token of an endpoint; null when the endpoint is not in <see cref="Endpoints"/>.</summary>
    public string? TokenOf(UpstreamEndpoint endpoint) => _tokensByEndpoint.GetValueOrDefault(endpoint);

    private static string Sign(string service, UpstreamEndpoint endpoint, byte[] key)
    {
        // A configured hash key outlasts the endpoint's address, and so do the sessions on it.
        string identity = endpoint.Description.HashKey is { Length: > 0 } own ? own : $"{endpoint.Address.AbsoluteUri} {endpoint.Hostname}";
        byte[] signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{service}\n{identity}"));
        return Base64Url.EncodeToString(signature.AsSpan(0, SignatureLength));
    }
}
