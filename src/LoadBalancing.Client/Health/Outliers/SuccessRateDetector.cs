using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Detects endpoints whose success rate is strictly below the mean minus a number of standard deviations of the population (Envoy's rule). Each
/// endpoint counts once for the mean, regardless of its traffic.
/// </summary>
internal sealed class SuccessRateDetector : ISweepDetector
{
    private readonly SuccessRateSettings _settings;
    private readonly OutlierDetectorKind _kind;
    private readonly double _enforcementPercent;

    public SuccessRateDetector(SuccessRateSettings settings, OutlierDetectorKind kind, double enforcing)
    {
        _settings = settings;
        _kind = kind;
        _enforcementPercent = enforcing;
    }

    public IEnumerable<(SweepSample Endpoint, Detection Detection)> Detect(IReadOnlyList<SweepSample> endpoints)
    {
        SweepSample[] counted = [.. endpoints.Where(endpoint => endpoint.Outcomes.Total >= _settings.RequestVolume)];
        if (counted.Length < _settings.MinHosts)
        {
            yield break;
        }

        double mean = counted.Average(static endpoint => endpoint.Outcomes.SuccessPercent);
        double deviation = Math.Sqrt(counted.Average(endpoint => (endpoint.Outcomes.SuccessPercent - mean) * (endpoint.Outcomes.SuccessPercent - mean)));
        double threshold = mean - (_settings.StdevFactor * deviation);

        // An endpoint with the same rate as all others can differ from their mean by a floating-point rounding error.
        const double Rounding = 1e-9;
        foreach (SweepSample endpoint in counted)
        {
            if (endpoint.Outcomes.SuccessPercent < threshold - Rounding)
            {
                string reason = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{endpoint.Outcomes.Succeeded} of {endpoint.Outcomes.Total} requests succeeded, {endpoint.Outcomes.SuccessPercent:0.#} %; below " +
                        $"{threshold:0.#} %, which is {_settings.StdevFactor:0.##} standard deviations of {deviation:0.#} below the mean of {mean:0.#} % " +
                        $"of {counted.Length} endpoints");
                yield return (endpoint, new Detection(_kind, reason, endpoint.Outcomes.Failed, endpoint.Outcomes.Total, _enforcementPercent));
            }
        }
    }
}
