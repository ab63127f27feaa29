namespace LoadBalancing.Client;

/// <summary>The numbers of <see cref="LocalityMode.ZoneAware"/>, which are Envoy's. It holds for the endpoints of the first level only.</summary>
public sealed class ZoneAwareOptions
{
    /// <summary>
    /// How many callers there are in each locality, relative to one another: zero or more, by locality. Empty, the default: as many in each locality of the endpoints as in any other. Where only one has callers, zones do not count.
    /// </summary>
    public IDictionary<string, double> Callers { get; set; } = new Dictionary<string, double>();

    /// <summary>The number of endpoints in service below which zones do not count. 1 or more; default 6.</summary>
    public int MinClusterSize { get; set; } = 6;

    /// <summary>The share of requests for which zones count, in percent, 0 to 100; default 100.</summary>
    public double RoutingPercent { get; set; } = 100;

    /// <summary>All requests stay in the own zone while it has at least so many endpoints in service, however the callers are spread. 1 or more; null, the default: never for that alone.</summary>
    public int? ForceLocalZoneMinSize { get; set; }
}
