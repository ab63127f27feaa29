namespace LoadBalancing.Client;

/// <summary>A detector that compares, at a sweep, what the endpoints did since the last one.</summary>
internal interface ISweepDetector
{
    /// <param name="endpoints">Everybody, also those without traffic.</param>
    IEnumerable<(SweepSample Endpoint, Detection Detection)> Detect(IReadOnlyList<SweepSample> endpoints);
}
