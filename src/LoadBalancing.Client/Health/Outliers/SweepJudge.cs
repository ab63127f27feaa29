namespace LoadBalancing.Client;

/// <summary>An endpoint in one of its lives, with its share of successes since the last sweep.</summary>
internal readonly record struct JudgedEndpoint(UpstreamEndpoint Endpoint, uint Generation, OutcomeShare Share);

/// <summary>A detector that compares, at a sweep, what the endpoints did since the last one.</summary>
internal interface ISweepJudge
{
    /// <param name="endpoints">Everybody, also those without traffic.</param>
    IEnumerable<(JudgedEndpoint Endpoint, Detection Detection)> Judge(IReadOnlyList<JudgedEndpoint> endpoints);
}
