namespace LoadBalancing.Client;

/// <summary>The endpoints among which a picker chooses: of one priority, and perhaps of one locality, those in service, or in panic all of them. Immutable.</summary>
public sealed class EndpointLevel
{
    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;
    private readonly UpstreamEndpoint[] _members;
    private readonly double[] _memberWeights;

    /// <param name="endpoints">Those to pick among.</param>
    /// <param name="members">All that belong here, in service or not.</param>
    /// <param name="inPanic">Whether it is panic.</param>
    /// <param name="weightOf">What an endpoint weighs here; null: its own weight.</param>
    internal EndpointLevel(UpstreamEndpoint[] endpoints, UpstreamEndpoint[] members, bool inPanic, Converter<UpstreamEndpoint, double>? weightOf = null)
    {
        weightOf ??= static endpoint => endpoint.Weight;
        _endpoints = endpoints;
        _members = members;
        _weights = Array.ConvertAll(endpoints, weightOf);
        _memberWeights = ReferenceEquals(endpoints, members) ? _weights : Array.ConvertAll(members, weightOf);
        InPanic = inPanic;
        HasEqualWeights = _weights.AsSpan().IndexOfAnyExcept(_weights.Length == 0 ? 0 : _weights[0]) < 0;
    }

    /// <summary>Which level of its cluster it is: 0 is used first, the next one as far as too few of that are in service.</summary>
    public int PriorityLevel { get; internal init; }

    /// <summary>The locality that all its endpoints are in; null where localities are not told apart.</summary>
    public string? Locality { get; internal init; }

    /// <summary>The endpoints, in the order in which they were described.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints => _endpoints;

    /// <summary>
    /// The same with those that are out of service, in the order in which they were described; without those that are about to leave. A strategy that must remember who owns what builds from these and passes over those that
    /// <see cref="PickContext.Admits"/> refuses.
    /// </summary>
    public IReadOnlyList<UpstreamEndpoint> AllEndpoints => _members;

    /// <summary>
    /// The weights at the time the level was built, in the order of <see cref="Endpoints"/>; all above 0. While somebody is in slow start they are multiples of the weights of the descriptions: what counts is their proportion.
    /// </summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>The same in the order of <see cref="AllEndpoints"/>.</summary>
    internal IReadOnlyList<double> AllWeights => _memberWeights;

    /// <summary>Whether all weights are the same.</summary>
    public bool HasEqualWeights { get; }

    /// <summary>Whether so few endpoints are in service that ejections are disregarded.</summary>
    public bool InPanic { get; }
}
