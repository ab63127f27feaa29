namespace LoadBalancing.Client;

/// <summary>An endpoint in one of its lives, with its share of successes since the last sweep.</summary>
internal readonly record struct SweepSample(UpstreamEndpoint Endpoint, uint Generation, OutcomeTotals Outcomes);

/// <summary>A detector that compares, at a sweep, what the endpoints did since the last one.</summary>
internal interface ISweepDetector
{
    /// <param name="endpoints">Everybody, also those without traffic.</param>
    IEnumerable<(SweepSample Endpoint, Detection Detection)> Detect(IReadOnlyList<SweepSample> endpoints);
}
