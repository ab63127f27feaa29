namespace LoadBalancing.Client;

/// <summary>
/// Derives the health of one endpoint from its probe results. The first result takes effect by itself; after that a change takes a threshold of
/// consecutive results, or one immediate failure.
/// </summary>
internal sealed class HealthTracker
{
    private readonly HealthCheckSettings _settings;
    private int _consecutiveResults;

    public HealthTracker(HealthCheckSettings settings) => _settings = settings;

    /// <summary>Null while the health is unknown.</summary>
    public bool? IsHealthy { get; private set; }

    /// <summary>The time to the next probe; an edge interval applies while a change is pending.</summary>
    public TimeSpan Interval => (IsHealthy, _consecutiveResults) switch
    {
        (null or true, 0) => _settings.Interval,
        (true, _) => _settings.UnhealthyEdgeInterval,
        (_, 0) => _settings.UnhealthyInterval,
        _ => _settings.HealthyEdgeInterval,
    };

    /// <returns>Whether the health has changed.</returns>
    public bool Record(ProbeResult result)
    {
        if (IsHealthy == result.IsHealthy)
        {
            _consecutiveResults = 0;
            return false;
        }

        _consecutiveResults++;
        int threshold = result.IsHealthy ? _settings.HealthyThreshold : _settings.UnhealthyThreshold;
        if (IsHealthy is not null && !result.IsImmediate && _consecutiveResults < threshold)
        {
            return false;
        }

        IsHealthy = result.IsHealthy;
        _consecutiveResults = 0;
        return true;
    }

    public void Reset()
    {
        IsHealthy = null;
        _consecutiveResults = 0;
    }
}
