namespace LoadBalancing.Client;

/// <summary>An endpoint in one of its lives, with its share of successes since the last sweep.</summary>
internal readonly record struct SweepSample(UpstreamEndpoint Endpoint, uint Generation, OutcomeTotals Outcomes);
