namespace LoadBalancing.Client;

/// <summary>
/// As much as possible stays in the own zone without overloading any endpoint, in Envoy's arithmetic of ten-thousandths: where the zone's share of endpoints is
/// at least its share of callers, everything stays; else as much as its
/// endpoints can take, and the rest goes to zones with spare capacity.
/// </summary>
internal sealed class ZoneAwareRule : LocalityRule
{
    private const int Whole = 10_000;

    private readonly ZoneAwareOptions _options;
    private readonly Dictionary<EndpointLocality, double> _callers;

    public ZoneAwareRule(LocalityOptions options)
        : base(options)
    {
        _options = new ZoneAwareOptions
        {
            MinClusterSize = options.ZoneAware.MinClusterSize,
            RoutingPercent = options.ZoneAware.RoutingPercent,
            ForceLocalZoneMinSize = options.ZoneAware.ForceLocalZoneMinSize,
        };
        _callers = options.ZoneAware.Callers.Where(static pair => pair.Value > 0).ToDictionary(
            static pair => EndpointLocality.TryParse(pair.Key, out EndpointLocality locality) ? locality : EndpointLocality.Unknown,
            static pair => pair.Value);
    }

    public override LocalityShare[]? Split(int level, UpstreamEndpoint[] endpoints, Func<UpstreamEndpoint, double> capacityOf)
    {
        (EndpointLocality Locality, UpstreamEndpoint[] Endpoints, double Capacity)[] zones =
            [.. Group(endpoints).Select(group => (group.Locality, group.Endpoints, group.Endpoints.Sum(capacityOf)))];
        int available = endpoints.Count(static endpoint => endpoint.IsAvailable);
        if (level != 0 || zones.Length < 2 || available < _options.MinClusterSize)
        {
            return null;
        }

        int own = Array.FindIndex(zones, zone => zone.Locality == Self);
        if (own < 0)
        {
            // No endpoint there, or none that is available: for the shares it is the same.
            own = zones.Length;
            zones = [.. zones, (Self, [], 0)];
        }

        bool isForced = zones[own].Endpoints.Count(static endpoint => endpoint.IsAvailable) >= _options.ForceLocalZoneMinSize;
        if (_callers.Count == 1 && !isForced)
        {
            return null;
        }

        double total = zones.Sum(static zone => zone.Capacity);
        int[] upstream = Array.ConvertAll(zones, zone => (int)(Whole * zone.Capacity / total));
        int[] callers = CallersOf(Array.ConvertAll(zones, static zone => zone.Locality));
        double[] shares = SharesOf(own, upstream, callers, isForced);
        double enabled = _options.RoutingPercent / 100;
        return
        [
            .. zones.Select(
                (zone, i) => new LocalityShare(NameOf(zone.Locality), zone.Endpoints, (enabled * shares[i]) + ((1 - enabled) * zone.Capacity / total)))
                .Where(static share => share.Endpoints.Length > 0),
        ];
    }

    private static double[] SharesOf(int own, int[] upstream, int[] callers, bool isForced)
    {
        double[] shares = new double[upstream.Length];
        if (isForced || (upstream[own] > 0 && upstream[own] >= callers[own]))
        {
            shares[own] = 1;
            return shares;
        }

        double stays = callers[own] == 0 ? 0 : (double)(upstream[own] * Whole / callers[own]) / Whole;
        int[] spare = [.. upstream.Select((share, i) => i == own ? 0 : Math.Max(0, share - callers[i]))];
        int totalSpare = spare.Sum();
        if (totalSpare == 0)
        {
            // Rounding can leave no zone with spare capacity; then all zones with any capacity share equally.
            spare = Array.ConvertAll(upstream, static share => Math.Min(1, share));
            totalSpare = spare.Sum();
        }

        for (int i = 0; i < shares.Length; i++)
        {
            shares[i] = (1 - stays) * spare[i] / totalSpare;
        }

        shares[own] += stays;
        return shares;
    }

    /// <summary>The share of callers in each of these zones. Callers in zones without endpoints count in the total.</summary>
    private int[] CallersOf(EndpointLocality[] zones)
    {
        if (_callers.Count == 0)
        {
            return Array.ConvertAll(zones, _ => Whole / zones.Length);
        }

        double total = _callers.Values.Sum();
        return Array.ConvertAll(zones, zone => (int)(Whole * _callers.GetValueOrDefault(zone) / total));
    }
}
