namespace LoadBalancing.Client;

/// <summary>
/// The endpoints that a picker chooses from: of one priority, and possibly of one locality; the available ones, or in panic all of them. Immutable.
/// </summary>
public sealed class EndpointLevel
{
    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;
    private readonly UpstreamEndpoint[] _allEndpoints;
    private readonly double[] _allWeights;

    /// <param name="endpoints">The endpoints to pick from.</param>
    /// <param name="allEndpoints">All endpoints of the level, available or not.</param>
    /// <param name="inPanic">Whether the level is in panic.</param>
    /// <param name="weightOf">The weight of an endpoint in this level; null: its own weight.</param>
    internal EndpointLevel(UpstreamEndpoint[] endpoints, UpstreamEndpoint[] allEndpoints, bool inPanic, Converter<UpstreamEndpoint, double>? weightOf = null)
        : this(endpoints, allEndpoints, inPanic, list => Array.ConvertAll(list, weightOf ?? (static endpoint => endpoint.Weight)))
    {
    }

    /// <param name="endpoints">The endpoints to pick from.</param>
    /// <param name="allEndpoints">All endpoints of the level, available or not.</param>
    /// <param name="inPanic">Whether the level is in panic.</param>
    /// <param name="weigh">The weights of endpoints in this level.</param>
    internal EndpointLevel(UpstreamEndpoint[] endpoints, UpstreamEndpoint[] allEndpoints, bool inPanic, Func<UpstreamEndpoint[], double[]> weigh)
    {
        _endpoints = endpoints;
        _allEndpoints = allEndpoints;
        _weights = weigh(endpoints);
        _allWeights = ReferenceEquals(endpoints, allEndpoints) ? _weights : weigh(allEndpoints);
        InPanic = inPanic;
        HasEqualWeights = _weights.AsSpan().IndexOfAnyExcept(_weights.Length == 0 ? 0 : _weights[0]) < 0;
    }

    /// <summary>The rank of the level in its cluster: 0 is used first, and each next one to the extent that too few endpoints of it are available.</summary>
    public int PriorityLevel { get; internal init; }

    /// <summary>The locality of all its endpoints; null where localities are not distinguished.</summary>
    public string? Locality { get; internal init; }

    /// <summary>The endpoints, in the order of their descriptions.</summary>
    public IReadOnlyList<UpstreamEndpoint> Endpoints => _endpoints;

    /// <summary>
    /// The same including unavailable endpoints, in the order of their descriptions, without draining ones and those that await the first health check before
    /// which they are not used. A strategy whose keys have owners builds from these and skips those that <see cref="PickContext.Admits"/> rejects.
    /// </summary>
    public IReadOnlyList<UpstreamEndpoint> AllEndpoints => _allEndpoints;

    /// <summary>
    /// The weights when the level was built, in the order of <see cref="Endpoints"/>; all above 0. During slow start they are multiples of the configured
    /// weights, and under a strategy that hashes shares of their locality's: only their proportion matters.
    /// </summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>The same in the order of <see cref="AllEndpoints"/>.</summary>
    internal IReadOnlyList<double> AllWeights => _allWeights;

    /// <summary>Whether the weights are shares of a whole, which must not be normalised again.</summary>
    internal bool HasNormalizedWeights { get; init; }

    /// <summary>Whether all weights are equal.</summary>
    public bool HasEqualWeights { get; }

    /// <summary>Whether so few endpoints are available that ejections are ignored.</summary>
    public bool InPanic { get; }
}
