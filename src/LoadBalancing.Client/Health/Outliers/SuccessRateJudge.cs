using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Finds endpoints whose share of successes is below the mean minus so many standard deviations of the population, strictly (Envoy's rule). Each endpoint counts once for the mean, however much
/// traffic it had.
/// </summary>
internal sealed class SuccessRateJudge : ISweepJudge
{
    private readonly SuccessRateSettings _settings;
    private readonly string _name;
    private readonly double _enforcing;

    public SuccessRateJudge(SuccessRateSettings settings, string name, double enforcing)
    {
        _settings = settings;
        _name = name;
        _enforcing = enforcing;
    }

    public IEnumerable<(JudgedEndpoint Endpoint, Detection Detection)> Judge(IReadOnlyList<JudgedEndpoint> endpoints)
    {
        JudgedEndpoint[] counted = [.. endpoints.Where(endpoint => endpoint.Share.Total >= _settings.RequestVolume)];
        if (counted.Length < _settings.MinimumHosts)
        {
            yield break;
        }

        double mean = counted.Average(static endpoint => endpoint.Share.Rate);
        double deviation = Math.Sqrt(counted.Average(endpoint => (endpoint.Share.Rate - mean) * (endpoint.Share.Rate - mean)));
        double threshold = mean - (_settings.StdevFactor * deviation);

        // Whoever is as good as all the others differs from their mean by the rounding of floating point.
        const double Rounding = 1e-9;
        foreach (JudgedEndpoint endpoint in counted)
        {
            if (endpoint.Share.Rate < threshold - Rounding)
            {
                string reason = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{endpoint.Share.Succeeded} of {endpoint.Share.Total} requests went well, {endpoint.Share.Rate:0.#} %; below {threshold:0.#} %, which is {_settings.StdevFactor:0.##} deviations of {deviation:0.#} under the mean of {mean:0.#} % of {counted.Length} endpoints");
                yield return (endpoint, new Detection(_name, reason, endpoint.Share.Failed, endpoint.Share.Total, _enforcing));
            }
        }
    }
}
