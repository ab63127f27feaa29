using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Who may own keys: an endpoint, the text that tells it apart from the others in a hash, and its share, of which all together make 1.</summary>
internal readonly record struct HashOwner(UpstreamEndpoint Endpoint, string Key, double Share)
{
    /// <summary>The owners in the order of their keys: the order of the description must not matter.</summary>
    public static HashOwner[] Of(IReadOnlyList<UpstreamEndpoint> endpoints, IReadOnlyList<double> weights, bool useHostname)
    {
        double total = weights.Sum();
        return
        [
            .. endpoints
                .Select((endpoint, i) => new HashOwner(endpoint, KeyOf(endpoint, useHostname), weights[i] / total))
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

        Uri address = endpoint.Address;
        if (useHostname)
        {
            return endpoint.Hostname ?? address.IdnHost;
        }

        // An address of IPv6 is in its shortest form by now.
        string host = address.HostNameType == UriHostNameType.IPv6 ? address.Host : address.IdnHost;
        return host.Length == 0 ? address.AbsolutePath : string.Create(CultureInfo.InvariantCulture, $"{host}:{address.Port}");
    }
}
