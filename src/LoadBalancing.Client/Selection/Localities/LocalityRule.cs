using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>Some endpoints of one priority that are in one place, and their part of its requests.</summary>
/// <param name="Locality">The place; null where it is not known.</param>
/// <param name="Endpoints">The endpoints.</param>
/// <param name="Share">Their part, relative to the other places.</param>
internal readonly record struct LocalityShare(string? Locality, UpstreamEndpoint[] Endpoints, double Share);

/// <summary>What the places of endpoints decide: who is used at all, who comes first, and which place gets how much. This one: nothing.</summary>
/// <remarks>Two that were made of the same options are equal: a reload that changes nothing here must not look like one that does.</remarks>
internal class LocalityRule : IEquatable<LocalityRule>
{
    private readonly string _optionsText;

    protected LocalityRule(LocalityOptions options)
    {
        _optionsText = Describe(options);
        Self = EndpointLocality.TryParse(options.Self, out EndpointLocality self) ? self : EndpointLocality.Unknown;
    }

    /// <summary>Where this process is.</summary>
    protected EndpointLocality Self { get; }

    public static LocalityRule From(LocalityOptions options) => options.Mode switch
    {
        LocalityMode.Failover => new LocalityFailoverRule(options),
        LocalityMode.Distribute or LocalityMode.Weighted => new WeightedLocalityRule(options),
        LocalityMode.ZoneAware => new ZoneAwareRule(options),
        _ => new LocalityRule(options),
    };

    /// <summary>Those that are used at all.</summary>
    public virtual UpstreamEndpoint[] Filter(UpstreamEndpoint[] endpoints) => endpoints;

    /// <summary>How far an endpoint is, 0 to 999: of those that have the same priority otherwise the nearer ones come first.</summary>
    public virtual int DistanceOf(UpstreamEndpoint endpoint) => 0;

    /// <summary>The parts of the places of one priority; null: places do not count there.</summary>
    /// <param name="level">Which priority it is.</param>
    /// <param name="members">Its endpoints.</param>
    /// <param name="strengthOf">The part of its weight that an endpoint is up to; 0 for one that is out.</param>
    public virtual LocalityShare[]? Split(int level, UpstreamEndpoint[] members, Func<UpstreamEndpoint, double> strengthOf) => null;

    /// <summary>
    /// The parts of places while all are well. Strategies that hash go by these in the weights of endpoints, and an endpoint that goes out moves no keys but its own. Null: places do not count.
    /// </summary>
    public virtual LocalityShare[]? SplitForHashing(UpstreamEndpoint[] members) => null;

    public bool Equals(LocalityRule? other) => other is not null && _optionsText == other._optionsText;

    public sealed override bool Equals(object? obj) => Equals(obj as LocalityRule);

    public sealed override int GetHashCode() => string.GetHashCode(_optionsText, StringComparison.Ordinal);

    /// <summary>The endpoints by place, places in the order in which they come up.</summary>
    protected static IEnumerable<(EndpointLocality Locality, UpstreamEndpoint[] Members)> Group(UpstreamEndpoint[] members) =>
        members.GroupBy(EndpointLocality.Of).Select(static group => (group.Key, group.ToArray()));

    protected static string? NameOf(EndpointLocality locality) => locality == EndpointLocality.Unknown ? null : locality.ToString();

    private static string Describe(LocalityOptions options)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{options.Mode} from {options.Self}; own labels: {Join(options.Labels)}; ");
        text.AppendJoin(',', options.Failover.Select(static entry => $"{entry.From}>{entry.To}")).Append("; ");
        text.AppendJoin(',', options.FailoverPriority).Append("; ");
        text.AppendJoin(',', options.Distribute.Select(static entry => $"{entry.From}>{Join(entry.To)}")).Append("; ");
        text.Append(CultureInfo.InvariantCulture, $"{Join(options.Weights)}; {Join(options.ZoneAware.Callers)}; ");
        text.Append(CultureInfo.InvariantCulture, $"{options.ZoneAware.MinClusterSize} {options.ZoneAware.RoutingPercent} {options.ZoneAware.ForceLocalZoneMinSize}");
        return text.ToString();
    }

    private static string Join<TValue>(IDictionary<string, TValue> map) => string.Join(
        ",",
        map.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")));
}
