using System.Net;

namespace LoadBalancing.Client;

/// <summary>Who may own keys: an endpoint, the text that tells it apart from the others in a hash, and its share, of which all together make 1.</summary>
internal readonly record struct KeyOwner(UpstreamEndpoint Endpoint, string Key, double Share)
{
    /// <summary>The owners in the order of their keys: the order of the description must not matter.</summary>
    public static KeyOwner[] Of(IReadOnlyList<UpstreamEndpoint> endpoints, bool useHostname)
    {
        double total = endpoints.Sum(static endpoint => endpoint.Weight);
        return
        [
            .. endpoints
                .Select(endpoint => new KeyOwner(endpoint, KeyOf(endpoint, useHostname), endpoint.Weight / total))
                .OrderBy(static owner => owner.Key, StringComparer.Ordinal),
        ];
    }

    /// <summary>As Envoy writes it: the key that the endpoint was given, or its host name where that is asked for, or its address with the port, IPv6 in brackets.</summary>
    private static string KeyOf(UpstreamEndpoint endpoint, bool useHostname)
    {
        if (endpoint.Description.HashKey is { Length: > 0 } key)
        {
            return key;
        }

        string host = endpoint.Address.IdnHost;
        if (useHostname)
        {
            return endpoint.Hostname ?? host;
        }

        if (host.Length == 0)
        {
            return endpoint.Address.AbsolutePath;
        }

        return IPAddress.TryParse(host, out IPAddress? address) ? new IPEndPoint(address, endpoint.Address.Port).ToString() : $"{host}:{endpoint.Address.Port}";
    }
}
