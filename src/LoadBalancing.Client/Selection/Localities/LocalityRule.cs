using System.Globalization;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>The effect of localities: which endpoints are used, in which order, and how requests are distributed. This base class: no effect.</summary>
/// <remarks>Instances created from equal options are equal: a reload that changes nothing here must not look like a change.</remarks>
internal class LocalityRule : IEquatable<LocalityRule>
{
    private readonly string _optionsText;

    protected LocalityRule(LocalityOptions options)
    {
        _optionsText = Describe(options);
        Self = EndpointLocality.TryParse(options.Self, out EndpointLocality self) ? self : EndpointLocality.Unknown;
    }

    /// <summary>The locality of this process.</summary>
    protected EndpointLocality Self { get; }

    public static LocalityRule From(LocalityOptions options) => options.Mode switch
    {
        LocalityMode.Failover => new LocalityFailoverRule(options),
        LocalityMode.Distribute or LocalityMode.Weighted => new WeightedLocalityRule(options),
        LocalityMode.ZoneAware => new ZoneAwareRule(options),
        _ => new LocalityRule(options),
    };

    /// <summary>The endpoints that are used at all.</summary>
    public virtual UpstreamEndpoint[] Filter(UpstreamEndpoint[] endpoints) => endpoints;

    /// <summary>The distance of an endpoint, 0 to 999: within a priority nearer endpoints come first.</summary>
    public virtual int DistanceOf(UpstreamEndpoint endpoint) => 0;

    /// <summary>The shares of the localities of one priority; null: localities have no effect there.</summary>
    /// <param name="level">The index of the priority.</param>
    /// <param name="endpoints">Its endpoints.</param>
    /// <param name="capacityOf">The available fraction of an endpoint's weight; 0 when it is unavailable.</param>
    public virtual LocalityShare[]? Split(int level, UpstreamEndpoint[] endpoints, Func<UpstreamEndpoint, double> capacityOf) => null;

    /// <summary>
    /// The shares of localities while all endpoints are available. Strategies that hash apply them as endpoint weights, so that an ejection moves no keys but
    /// those of the endpoint. Null: localities have no effect.
    /// </summary>
    public virtual LocalityShare[]? SplitForHashing(UpstreamEndpoint[] endpoints) => null;

    public bool Equals(LocalityRule? other) => other is not null && _optionsText == other._optionsText;

    public sealed override bool Equals(object? obj) => Equals(obj as LocalityRule);

    public sealed override int GetHashCode() => string.GetHashCode(_optionsText, StringComparison.Ordinal);

    /// <summary>The endpoints by locality, in the order of first occurrence.</summary>
    protected static IEnumerable<(EndpointLocality Locality, UpstreamEndpoint[] Endpoints)> Group(UpstreamEndpoint[] endpoints) =>
        endpoints.GroupBy(EndpointLocality.Of).Select(static group => (group.Key, group.ToArray()));

    public static string? NameOf(EndpointLocality locality) => locality == EndpointLocality.Unknown ? null : locality.ToString();

    private static string Describe(LocalityOptions options)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{options.Mode} from {options.Self}; own labels: {Join(options.Labels)}; ");
        text.AppendJoin(',', options.Failover.Select(static entry => $"{entry.From}>{entry.To}")).Append("; ");
        text.AppendJoin(',', options.FailoverPriority).Append("; ");
        text.AppendJoin(',', options.Distribute.Select(static entry => $"{entry.From}>{Join(entry.To)}")).Append("; ");
        text.Append(CultureInfo.InvariantCulture, $"{Join(options.Weights)}; {Join(options.ZoneAware.Callers)}; ");
        text.Append(
            CultureInfo.InvariantCulture,
            $"{options.ZoneAware.MinClusterSize} {options.ZoneAware.RoutingPercent} {options.ZoneAware.ForceLocalZoneMinSize}");
        return text.ToString();
    }

    private static string Join<TValue>(IDictionary<string, TValue> map) => string.Join(
        ",",
        map.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(
            static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")));
}
