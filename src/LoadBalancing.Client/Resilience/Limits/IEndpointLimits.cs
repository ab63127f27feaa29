namespace LoadBalancing.Client;

/// <summary>Told how long the attempts on endpoints take, and limits what may be under way on them accordingly.</summary>
internal interface IEndpointLimits
{
    /// <summary>An attempt has its answer, or will have none. Called on the request's thread.</summary>
    void OnAttemptReported(UpstreamEndpoint endpoint, TimeSpan elapsed, in AttemptOutcome outcome);
}
