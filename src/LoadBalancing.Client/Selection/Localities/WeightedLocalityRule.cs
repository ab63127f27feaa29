namespace LoadBalancing.Client;

/// <summary>
/// Places share the requests by weights that somebody wrote down, or by those of their endpoints. As in Envoy a place keeps its weight while its endpoints in service can carry it with an overprovisioning of 1.4, and then loses it in
/// proportion.
/// </summary>
internal sealed class WeightedLocalityRule : LocalityRule
{
    private readonly (LocalityPattern Pattern, double Weight)[]? _weights;

    public WeightedLocalityRule(LocalityOptions options)
        : base(options)
    {
        IDictionary<string, double>? said = options.Mode == LocalityMode.Weighted
            ? options.Weights
            : options.Distribute.FirstOrDefault(entry => LocalityPattern.TryParse(entry.From, out LocalityPattern from) && from.Matches(Self))?.To;
        if (said is { Count: > 0 })
        {
            _weights =
            [
                .. said
                    .Select(static pair => (LocalityPattern.TryParse(pair.Key, out LocalityPattern pattern) ? pattern : default, pair.Value))
                    .OrderByDescending(static pair => pair.Item1.Specificity),
            ];
        }

        HasNoMatchingEntry = options.Mode == LocalityMode.Distribute && _weights is null;
    }

    /// <summary>Whether nothing was said about where this process is.</summary>
    private bool HasNoMatchingEntry { get; }

    public override UpstreamEndpoint[] Filter(UpstreamEndpoint[] endpoints)
    {
        if (_weights is null)
        {
            return endpoints;
        }

        // What would leave nobody is a slip of the pen rather than a wish.
        UpstreamEndpoint[] admitted = Array.FindAll(endpoints, endpoint => PatternOf(EndpointLocality.Of(endpoint)) is >= 0 and int place && _weights[place].Weight > 0);
        return admitted.Length == 0 ? endpoints : admitted;
    }

    public override LocalityShare[]? Split(int level, UpstreamEndpoint[] members, Func<UpstreamEndpoint, double> strengthOf)
    {
        LocalityShare[]? shares = SplitForHashing(members);
        for (int i = 0; i < shares?.Length; i++)
        {
            double strength = shares[i].Endpoints.Sum(strengthOf) / shares[i].Endpoints.Length;
            shares[i] = shares[i] with { Share = shares[i].Share * Math.Min(1, PriorityLoads.OverprovisioningPercent / 100.0 * strength) };
        }

        return shares is null || Array.TrueForAll(shares, static share => share.Share <= 0) ? null : shares;
    }

    public override LocalityShare[]? SplitForHashing(UpstreamEndpoint[] members)
    {
        if (HasNoMatchingEntry)
        {
            return null;
        }

        (EndpointLocality Locality, UpstreamEndpoint[] Members, int Pattern, double Weight)[] groups =
            [.. Group(members).Select(group => (group.Locality, group.Members, PatternOf(group.Locality), group.Members.Sum(static member => member.Weight)))];
        LocalityShare[] shares = Array.ConvertAll(groups, group => new LocalityShare(NameOf(group.Locality), group.Members, ShareOf(group.Pattern, group.Weight)));
        return Array.TrueForAll(shares, static share => share.Share <= 0) ? null : shares;

        double ShareOf(int pattern, double weight)
        {
            if (_weights is null)
            {
                return weight;
            }

            return pattern < 0 ? 0 : _weights[pattern].Weight * weight / groups.Where(group => group.Pattern == pattern).Sum(static group => group.Weight);
        }
    }

    /// <summary>The pattern that fits best; negative: none does.</summary>
    private int PatternOf(EndpointLocality locality) => _weights is null ? -1 : Array.FindIndex(_weights, entry => entry.Pattern.Matches(locality));
}
