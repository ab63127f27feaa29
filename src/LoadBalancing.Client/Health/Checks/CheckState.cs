namespace LoadBalancing.Client;

/// <summary>What the checks of one endpoint have come to, result by result. The first one counts by itself; after that it takes so many in a row, or an answer that says no.</summary>
internal sealed class CheckState
{
    private readonly ActiveCheckSettings _settings;
    private int _inARow;

    public CheckState(ActiveCheckSettings settings) => _settings = settings;

    /// <summary>Null while nothing is known.</summary>
    public bool? IsHealthy { get; private set; }

    /// <summary>The time to the next check: shorter, perhaps, while a change is pending.</summary>
    public TimeSpan Interval => (IsHealthy, _inARow) switch
    {
        (null or true, 0) => _settings.Interval,
        (true, _) => _settings.UnhealthyEdgeInterval,
        (_, 0) => _settings.UnhealthyInterval,
        _ => _settings.HealthyEdgeInterval,
    };

    /// <returns>Whether it is now another than before.</returns>
    public bool Take(ProbeResult result)
    {
        if (IsHealthy == result.HasPassed)
        {
            _inARow = 0;
            return false;
        }

        _inARow++;
        int threshold = result.HasPassed ? _settings.HealthyThreshold : _settings.UnhealthyThreshold;
        if (IsHealthy is not null && !result.IsFinal && _inARow < threshold)
        {
            return false;
        }

        IsHealthy = result.HasPassed;
        _inARow = 0;
        return true;
    }

    public void Forget()
    {
        IsHealthy = null;
        _inARow = 0;
    }
}
