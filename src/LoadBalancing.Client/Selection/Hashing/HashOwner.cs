using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// An owner of keys: an endpoint, the text that identifies it in a hash, and its share. All shares add up to 1, or less where a locality has a share and no
/// owner.
/// </summary>
internal readonly record struct HashOwner(UpstreamEndpoint Endpoint, string Key, double Share)
{
    /// <summary>The owners in the order of their keys, independent of the order of the endpoints.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="total">The weight of a share of 1.</param>
    /// <param name="useHostname">Whether the key is the host name.</param>
    public static HashOwner[] Of(IReadOnlyList<UpstreamEndpoint> endpoints, IReadOnlyList<double> weights, double total, bool useHostname) =>
    [
        .. endpoints
            .Select((endpoint, i) => new HashOwner(endpoint, KeyOf(endpoint, useHostname), weights[i] / total))
            .OrderBy(static owner => owner.Key, StringComparer.Ordinal),
    ];

    /// <summary>As in Envoy: the endpoint's configured key, or its host name if so configured, or its address with the port, IPv6 in brackets.</summary>
    public static string KeyOf(UpstreamEndpoint endpoint, bool useHostname)
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

        // Uri has already shortened an IPv6 address.
        string host = address.HostNameType == UriHostNameType.IPv6 ? address.Host : address.IdnHost;
        return host.Length == 0 ? address.AbsolutePath : string.Create(CultureInfo.InvariantCulture, $"{host}:{address.Port}");
    }
}
