using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Detects endpoints whose share of failed requests reaches a threshold.</summary>
internal sealed class FailurePercentageDetector : ISweepDetector
{
    private readonly FailurePercentageSettings _settings;
    private readonly OutlierDetectorKind _kind;
    private readonly double _enforcementPercent;

    public FailurePercentageDetector(FailurePercentageSettings settings, OutlierDetectorKind kind, double enforcing)
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

        foreach (SweepSample endpoint in counted)
        {
            // Multiplied instead of divided: 17 of 20 are exactly 85 %, without a rounding error.
            if (100.0 * endpoint.Outcomes.Failed >= _settings.ThresholdPercent * endpoint.Outcomes.Total)
            {
                string reason = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{endpoint.Outcomes.Failed} of {endpoint.Outcomes.Total} requests failed, {100 - endpoint.Outcomes.SuccessPercent:0.#} %; at least " +
                        $"{_settings.ThresholdPercent:0.##} %");
                yield return (endpoint, new Detection(_kind, reason, endpoint.Outcomes.Failed, endpoint.Outcomes.Total, _enforcementPercent));
            }
        }
    }
}
