namespace LoadBalancing.Client;

/// <summary>The endpoints among which a picker chooses: those in service, or in panic all of them. Immutable.</summary>
public sealed class EndpointLevel
{
    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;

    private readonly UpstreamEndpoint[] _members;

    internal EndpointLevel(UpstreamEndpoint[] endpoints, UpstreamEndpoint[] members, bool inPanic)
    {
        _endpoints = endpoints;
        _members = members;
        _weights = Array.ConvertAll(endpoints, static endpoint => endpoint.Weight);
        InPanic = inPanic;
        HasEqualWeights = _weights.AsSpan().IndexOfAnyExcept(_weights.Length == 0 ? 0 : _weights[0]) < 0;
    }

    /// <summary>The endpoints, in the order in which they were described.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints => _endpoints;

    /// <summary>
    /// The same with those that are out of service, in the order in which they were described; without those that are about to leave. A strategy that must remember who owns what builds from these and passes over those that
    /// <see cref="PickContext.Admits"/> refuses.
    /// </summary>
    public IReadOnlyList<UpstreamEndpoint> Members => _members;

    /// <summary>The weights at the time the level was built, in the order of <see cref="Endpoints"/>; all above 0.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>Whether all weights are the same.</summary>
    public bool HasEqualWeights { get; }

    /// <summary>Whether so few endpoints are in service that ejections are disregarded.</summary>
    public bool InPanic { get; }
}
