using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Finds endpoints that failed at least so large a share of their requests.</summary>
internal sealed class FailurePercentageJudge : ISweepJudge
{
    private readonly FailurePercentageSettings _settings;
    private readonly string _name;
    private readonly double _enforcing;

    public FailurePercentageJudge(FailurePercentageSettings settings, string name, double enforcing)
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

        foreach (JudgedEndpoint endpoint in counted)
        {
            // Multiplied instead of divided: 17 of 20 are 85 %, and not a trifle less.
            if (100.0 * endpoint.Share.Failed >= _settings.Threshold * endpoint.Share.Total)
            {
                string reason = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{endpoint.Share.Failed} of {endpoint.Share.Total} requests failed, {100 - endpoint.Share.Rate:0.#} %; at least {_settings.Threshold:0.##} %");
                yield return (endpoint, new Detection(_name, reason, endpoint.Share.Failed, endpoint.Share.Total, _enforcing));
            }
        }
    }
}
