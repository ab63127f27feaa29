namespace LoadBalancing.Client;

/// <summary>Nearest first: by the number of labels, and by the number of locality parts, that an endpoint shares with this process. As in Istio.</summary>
internal sealed class LocalityFailoverRule : LocalityRule
{
    /// <summary>The distances by locality: same subzone, same zone, same region, another region, another region that is no failover target.</summary>
    private const int Distances = 5;

    private readonly bool _usesLocality;
    private readonly HashSet<string> _failoverRegions;
    private readonly (string Key, string? Value)[] _labels;

    public LocalityFailoverRule(LocalityOptions options)
        : base(options)
    {
        _usesLocality = options.FailoverPriority.Count == 0 || options.Failover.Count > 0;
        _failoverRegions = [.. options.Failover.Where(entry => entry.From == Self.Region).Select(static entry => entry.To)];
        _labels =
        [
            .. options.FailoverPriority.Select(entry => entry.IndexOf('=', StringComparison.Ordinal) is >= 0 and int at
                ? (entry[..at], entry[(at + 1)..])
                : (entry, LabelOf(entry, options.Labels.TryGetValue(entry, out string? own) ? own : null, Self))),
        ];
    }

    public override int DistanceOf(UpstreamEndpoint endpoint)
    {
        EndpointLocality locality = EndpointLocality.Of(endpoint);
        return (LabelDistanceOf(endpoint, locality) * Distances) + (_usesLocality ? DistanceOf(locality) : 0);
    }

    private int DistanceOf(EndpointLocality locality)
    {
        if (locality.Region != Self.Region || Self.Region.Length == 0)
        {
            return _failoverRegions.Count == 0 || _failoverRegions.Contains(locality.Region) ? 3 : 4;
        }

        return locality.Zone != Self.Zone ? 2 : locality.Subzone != Self.Subzone ? 1 : 0;
    }

    /// <summary>The number of labels from the first that differs to the end.</summary>
    private int LabelDistanceOf(UpstreamEndpoint endpoint, EndpointLocality locality)
    {
        for (int i = 0; i < _labels.Length; i++)
        {
            (string key, string? value) = _labels[i];
            if (LabelOf(key, endpoint.Labels.GetValueOrDefault(key), locality) != value)
            {
                return _labels.Length - i;
            }
        }

        return 0;
    }

    private static string? LabelOf(string key, string? label, EndpointLocality locality) => label ?? key switch
    {
        "topology.kubernetes.io/region" => locality.Region,
        "topology.kubernetes.io/zone" => locality.Zone,
        "topology.istio.io/subzone" => locality.Subzone,
        _ => null,
    };
}
