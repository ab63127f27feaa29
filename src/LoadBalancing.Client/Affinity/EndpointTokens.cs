using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// The names under which endpoints are known to callers: signatures of their identities, so that a name tells nothing about an endpoint and cannot be made up. Because a name always is the same, all of them
/// are known beforehand, and reading one is a look into a table.
/// </summary>
internal sealed class EndpointTokens
{
    private const int SignatureLength = 18;

    private readonly FrozenDictionary<string, UpstreamEndpoint> _endpointsByToken;
    private readonly FrozenDictionary<UpstreamEndpoint, string> _tokensByEndpoint;

    /// <param name="service">The service; a name counts nowhere else.</param>
    /// <param name="members">The endpoints.</param>
    /// <param name="keys">The keys; new names are signed with the first.</param>
    public EndpointTokens(string service, UpstreamEndpoint[] members, byte[][] keys)
    {
        Endpoints = members;
        var endpoints = new Dictionary<string, UpstreamEndpoint>(StringComparer.Ordinal);
        foreach (UpstreamEndpoint endpoint in members)
        {
            foreach (byte[] key in keys)
            {
                endpoints[Sign(service, endpoint, key)] = endpoint;
            }
        }

        _endpointsByToken = endpoints.ToFrozenDictionary(StringComparer.Ordinal);
        _tokensByEndpoint = members.ToFrozenDictionary(static endpoint => endpoint, endpoint => Sign(service, endpoint, keys[0]));
    }

    /// <summary>The members for which the names hold.</summary>
    public UpstreamEndpoint[] Endpoints { get; }

    /// <summary>Null when it is the name of nobody, or of somebody who has left.</summary>
    public UpstreamEndpoint? Find(ReadOnlySpan<char> token) =>
        _endpointsByToken.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(token, out UpstreamEndpoint? endpoint) ? endpoint : null;

    /// <summary>The name to give out; null for an endpoint that is no member.</summary>
    public string? TokenOf(UpstreamEndpoint endpoint) => _tokensByEndpoint.GetValueOrDefault(endpoint);

    private static string Sign(string service, UpstreamEndpoint endpoint, byte[] key)
    {
        // A key given to an endpoint outlasts its address, and so do the sessions on it.
        string identity = endpoint.Description.HashKey is { Length: > 0 } own ? own : $"{endpoint.Address.AbsoluteUri} {endpoint.Hostname}";
        byte[] signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{service}\n{identity}"));
        return Base64Url.EncodeToString(signature.AsSpan(0, SignatureLength));
    }
}
