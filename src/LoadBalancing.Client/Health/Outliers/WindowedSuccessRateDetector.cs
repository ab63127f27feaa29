using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Detects endpoints whose success rate over a sliding window is too low, evaluated with every report. The window is exact to a tenth of its length
/// and does not depend on the request rate.
/// </summary>
internal sealed class WindowedSuccessRateDetector : IDisposable
{
    private readonly WindowedSuccessRateSettings _settings;
    private readonly WindowSteps _steps;

    public WindowedSuccessRateDetector(WindowedSuccessRateSettings settings, TimeProvider timeProvider, long epoch)
    {
        _settings = settings;
        _steps = new WindowSteps(settings.Window / OutcomeWindow.Buckets, timeProvider, epoch);
    }

    /// <returns>Whether the window may contain a failure.</returns>
    public bool CountSuccess(EndpointOutlierState tally, uint generation)
    {
        long step = _steps.Current;
        if (tally.GetOrAddWindow(generation, _steps.Ticks) is not { } window)
        {
            return false;
        }

        window.Add(step, success: true);
        return window.HasFailures(step);
    }

    public void CountFailure(EndpointOutlierState tally, uint generation) => tally.GetOrAddWindow(generation, _steps.Ticks)?.Add(_steps.Exact, success: false);

    /// <summary>Evaluates an endpoint; null when its rate is sufficient, or its volume is too low.</summary>
    public Detection? Find(UpstreamEndpoint endpoint, uint generation)
    {
        OutcomeTotals share = EndpointOutlierState.Of(endpoint).GetOrAddWindow(generation, _steps.Ticks)?.Count(_steps.Exact) ?? default;
        if (share.Total < _settings.RequestVolume || 100.0 * share.Succeeded >= _settings.ThresholdPercent * share.Total)
        {
            return null;
        }

        string reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{share.Succeeded} of {share.Total} requests in {_settings.Window.TotalSeconds:0.###} s succeeded, {share.SuccessPercent:0.#} %; below " +
                $"{_settings.ThresholdPercent:0.##} %");
        return new Detection(OutlierDetectorKind.WindowedSuccessRate, reason, share.Failed, share.Total, _settings.EnforcementPercent);
    }

    /// <summary>Resets the window, as after every detection, whether or not it ejects.</summary>
    public void Reset(UpstreamEndpoint endpoint, uint generation)
    {
        EndpointOutlierState tally = EndpointOutlierState.Of(endpoint);
        if (tally.GetOrAddWindow(generation, _steps.Ticks) is { } window)
        {
            tally.ResetWindow(window);
        }
    }

    public void Dispose() => _steps.Dispose();
}
