namespace LoadBalancing.Client;

/// <summary>
/// Localities share the requests by configured weights, or by those of their endpoints. As in Envoy a locality keeps its weight while its available endpoints
/// can carry it with an overprovisioning of 1.4, and then loses it in
/// proportion.
/// </summary>
internal sealed class WeightedLocalityRule : LocalityRule
{
    private readonly (LocalityPattern Pattern, double Weight)[]? _weights;

    public WeightedLocalityRule(LocalityOptions options)
        : base(options)
    {
        IDictionary<string, double>? configured = options.Mode == LocalityMode.Weighted
            ? options.Weights
            : options.Distribute.FirstOrDefault(entry => LocalityPattern.TryParse(entry.From, out LocalityPattern from) && from.Matches(Self))?.To;
        if (configured is { Count: > 0 })
        {
            _weights =
            [
                .. configured
                    .Select(static pair => (LocalityPattern.TryParse(pair.Key, out LocalityPattern pattern) ? pattern : default, pair.Value))
                    .OrderByDescending(static pair => pair.Item1.Specificity),
            ];
        }

        HasNoMatchingEntry = options.Mode == LocalityMode.Distribute && _weights is null;
    }

    /// <summary>Whether no entry matches the locality of this process.</summary>
    private bool HasNoMatchingEntry { get; }

    public override UpstreamEndpoint[] Filter(UpstreamEndpoint[] endpoints)
    {
        if (_weights is null)
        {
            return endpoints;
        }

        // An entry that would exclude all endpoints is a mistake rather than an intention.
        UpstreamEndpoint[] admitted = Array.FindAll(
            endpoints,
            endpoint => PatternOf(EndpointLocality.Of(endpoint)) is >= 0 and int index && _weights[index].Weight > 0);
        return admitted.Length == 0 ? endpoints : admitted;
    }

    public override LocalityShare[]? Split(int level, UpstreamEndpoint[] endpoints, Func<UpstreamEndpoint, double> capacityOf)
    {
        LocalityShare[]? shares = SplitForHashing(endpoints);
        for (int i = 0; i < shares?.Length; i++)
        {
            double capacity = shares[i].Endpoints.Sum(capacityOf) / shares[i].Endpoints.Length;
            shares[i] = shares[i] with { Share = shares[i].Share * Math.Min(1, PriorityLoads.OverprovisioningPercent / 100.0 * capacity) };
        }

        return shares is null || Array.TrueForAll(shares, static share => share.Share <= 0) ? null : shares;
    }

    public override LocalityShare[]? SplitForHashing(UpstreamEndpoint[] endpoints)
    {
        if (HasNoMatchingEntry)
        {
            return null;
        }

        (EndpointLocality Locality, UpstreamEndpoint[] Endpoints, int Pattern, double Weight)[] groups =
            [
                .. Group(endpoints).Select(
                    group => (group.Locality, group.Endpoints, PatternOf(group.Locality), group.Endpoints.Sum(static endpoint => endpoint.Weight))),
            ];
        LocalityShare[] shares = Array.ConvertAll(
            groups,
            group => new LocalityShare(NameOf(group.Locality), group.Endpoints, ShareOf(group.Pattern, group.Weight)));
        return Array.TrueForAll(shares, static share => share.Share <= 0) ? null : shares;

        double ShareOf(int pattern, double weight)
        {
            if (_weights is null)
            {
                return weight;
            }

            return pattern < 0 ? 0 : _weights[pattern].Weight * (weight / groups.Where(group => group.Pattern == pattern).Sum(static group => group.Weight));
        }
    }

    /// <summary>The index of the best matching pattern; negative when none matches.</summary>
    private int PatternOf(EndpointLocality locality) => _weights is null ? -1 : Array.FindIndex(_weights, entry => entry.Pattern.Matches(locality));
}
