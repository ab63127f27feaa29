namespace LoadBalancing.Client;

/// <summary>A detector that evaluates, at each sweep, the outcomes of all endpoints since the last sweep.</summary>
internal interface ISweepDetector
{
    /// <param name="endpoints">All endpoints, including those without traffic.</param>
    IEnumerable<(SweepSample Endpoint, Detection Detection)> Detect(IReadOnlyList<SweepSample> endpoints);
}
