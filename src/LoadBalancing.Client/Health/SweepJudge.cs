namespace LoadBalancing.Client;

/// <summary>An endpoint that was in service all through the time that is judged, with its share of successes in it.</summary>
internal readonly record struct JudgedEndpoint(UpstreamEndpoint Endpoint, uint Generation, OutcomeShare Share);

/// <summary>A detector that compares, at a sweep, what the endpoints did since the last one.</summary>
internal interface ISweepJudge
{
    /// <param name="endpoints">Everybody who was in service and had traffic.</param>
    IEnumerable<(JudgedEndpoint Endpoint, Detection Detection)> Judge(IReadOnlyList<JudgedEndpoint> endpoints);
}
