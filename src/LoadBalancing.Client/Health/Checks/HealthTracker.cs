namespace LoadBalancing.Client;

/// <summary>What the checks of one endpoint have come to, result by result. The first one counts by itself; after that it takes so many in a row, or an answer that says no.</summary>
internal sealed class HealthTracker
{
    private readonly HealthCheckSettings _settings;
    private int _consecutiveResults;

    public HealthTracker(HealthCheckSettings settings) => _settings = settings;

    /// <summary>Null while nothing is known.</summary>
    public bool? IsHealthy { get; private set; }

    /// <summary>The time to the next check: shorter, perhaps, while a change is pending.</summary>
    public TimeSpan Interval => (IsHealthy, _consecutiveResults) switch
    {
        (null or true, 0) => _settings.Interval,
        (true, _) => _settings.UnhealthyEdgeInterval,
        (_, 0) => _settings.UnhealthyInterval,
        _ => _settings.HealthyEdgeInterval,
    };

    /// <returns>Whether it is now another than before.</returns>
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
