using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>The share of successes of one endpoint over the last while, judged with every report. The window is exact to a tenth of its length and does not depend on how often requests come.</summary>
internal sealed class WindowedRateDetector
{
    private readonly WindowedRateSettings _settings;
    private readonly TimeProvider _timeProvider;
    private readonly long _epoch;

    public WindowedRateDetector(WindowedRateSettings settings, TimeProvider timeProvider, long epoch)
    {
        _settings = settings;
        _timeProvider = timeProvider;
        _epoch = epoch;
    }

    public void Count(UpstreamEndpoint endpoint, uint generation, bool success) =>
        EndpointTally.Of(endpoint).WindowOf(generation)?.Add(Now(), success);

    /// <summary>What there is to say of an endpoint; null when all is well, or too little is known.</summary>
    public Detection? Find(UpstreamEndpoint endpoint, uint generation)
    {
        OutcomeShare share = EndpointTally.Of(endpoint).WindowOf(generation)?.Count(Now()) ?? default;
        if (share.Total < _settings.RequestVolume || 100.0 * share.Succeeded >= _settings.Threshold * share.Total)
        {
            return null;
        }

        string reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{share.Succeeded} of {share.Total} requests in {_settings.Window.TotalSeconds:0.###} s went well, {share.Rate:0.#} %; below {_settings.Threshold:0.##} %");
        return new Detection(DetectorNames.WindowedSuccessRate, reason, share.Failed, share.Total, _settings.Enforcing);
    }

    /// <summary>Begins to count anew, as after every detection, whatever follows from it.</summary>
    public static void Reset(UpstreamEndpoint endpoint, uint generation)
    {
        EndpointTally tally = EndpointTally.Of(endpoint);
        if (tally.WindowOf(generation) is { } window)
        {
            tally.ResetWindow(window);
        }
    }

    private long Now() => _timeProvider.GetElapsedTime(_epoch).Ticks / (_settings.Window.Ticks / OutcomeWindow.Buckets);
}
