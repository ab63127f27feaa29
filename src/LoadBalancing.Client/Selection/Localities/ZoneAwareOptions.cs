namespace LoadBalancing.Client;

/// <summary>The settings of <see cref="LocalityMode.ZoneAware"/>, which are Envoy's. They apply to the endpoints of the first level only.</summary>
public sealed class ZoneAwareOptions
{
    /// <summary>
    /// The number of callers in each locality, relative to one another: zero or more, by locality. Empty, the default: equally many in each locality of the
    /// endpoints and in <see cref="LocalityOptions.Self"/>. Where only one has callers, zones have no effect.
    /// </summary>
    public IDictionary<string, double> Callers { get; set; } = new Dictionary<string, double>();

    /// <summary>The number of available endpoints below which zones have no effect. 1 or more; default 6.</summary>
    public int MinClusterSize { get; set; } = 6;

    /// <summary>The share of requests that is routed by zone, in percent, 0 to 100; default 100.</summary>
    public double RoutingPercent { get; set; } = 100;

    /// <summary>
    /// All requests stay in the own zone while it has at least this many available endpoints, however the callers are distributed. 1 or more; null, the
    /// default: never for that reason.
    /// </summary>
    public int? ForceLocalZoneMinSize { get; set; }
}
