namespace LoadBalancing.Client;

/// <summary>Which part of its weight each endpoint is up to. Immutable.</summary>
internal sealed class SlowStartWeights
{
    /// <summary>Parts are rounded to so many steps, fewer for many endpoints, so that weights which were whole numbers stay small whole numbers: schedules are as long as their sum.</summary>
    private const int FineSteps = 100;
    private const int CoarseSteps = 20;
    private const int FewEndpoints = 100;

    private readonly Dictionary<UpstreamEndpoint, double>? _fractions;

    public SlowStartWeights(Dictionary<UpstreamEndpoint, double>? parts) => _fractions = parts;

    /// <summary>All are up to all of it.</summary>
    public static SlowStartWeights None { get; } = new(parts: null);

    public bool IsNone => _fractions is null;

    public bool IsInSlowStart(UpstreamEndpoint endpoint) => _fractions?.ContainsKey(endpoint) == true;

    public double FractionOf(UpstreamEndpoint endpoint) => _fractions is not null && _fractions.TryGetValue(endpoint, out double part) ? part : 1;

    /// <summary>The same for one in service; 0 for one that is out.</summary>
    public double AvailableCapacityOf(UpstreamEndpoint endpoint) => endpoint.IsAvailable ? FractionOf(endpoint) : 0;

    /// <summary>What endpoints of one level weigh in it; null: their own weights.</summary>
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
