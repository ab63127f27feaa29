namespace LoadBalancing.Client;

/// <summary>The outcomes of one generation of an endpoint since the last sweep.</summary>
internal readonly record struct SweepSample(UpstreamEndpoint Endpoint, uint Generation, OutcomeTotals Outcomes);
