namespace LoadBalancing.Client;

/// <summary>The fraction of its weight that each endpoint has. Immutable.</summary>
internal sealed class SlowStartWeights
{
    /// <summary>
    /// Fractions are rounded to this many steps, fewer for many endpoints, so that integral weights stay small integers: schedules are as long as their sum.
    /// </summary>
    private const int FineSteps = 100;
    private const int CoarseSteps = 20;
    private const int FewEndpoints = 100;

    private readonly Dictionary<UpstreamEndpoint, double>? _fractions;

    public SlowStartWeights(Dictionary<UpstreamEndpoint, double>? fractions) => _fractions = fractions;

    /// <summary>All endpoints have their full weight.</summary>
    public static SlowStartWeights None { get; } = new(fractions: null);

    public bool IsNone => _fractions is null;

    public bool IsInSlowStart(UpstreamEndpoint endpoint) => _fractions?.ContainsKey(endpoint) == true;

    public double FractionOf(UpstreamEndpoint endpoint) => _fractions is not null && _fractions.TryGetValue(endpoint, out double fraction) ? fraction : 1;

    /// <summary>The fraction of an available endpoint; 0 for an unavailable one.</summary>
    public double AvailableCapacityOf(UpstreamEndpoint endpoint) => endpoint.IsAvailable ? FractionOf(endpoint) : 0;

    /// <summary>The weights of endpoints within one level; null: their own weights.</summary>
    public Converter<UpstreamEndpoint, double>? WeightsFor(UpstreamEndpoint[] endpoints)
    {
        if (_fractions is null || !Array.Exists(endpoints, IsInSlowStart))
        {
            return null;
        }

        int steps = endpoints.Length <= FewEndpoints ? FineSteps : CoarseSteps;
        return endpoint => endpoint.Weight * Math.Max(1, Math.Round(FractionOf(endpoint) * steps));
    }
}
