namespace LoadBalancing.Client;

/// <summary>What a cluster tells those who judge its endpoints. Called on the request path: no locks where nothing is wrong.</summary>
internal interface IHealthMonitor
{
    /// <summary>An attempt failed. Whatever follows for picking has happened when this returns.</summary>
    /// <returns>Whether it was this report that took the endpoint out.</returns>
    bool OnFailure(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome outcome);

    /// <summary>An attempt ended well, its answer read to the end.</summary>
    void OnSuccess(UpstreamEndpoint endpoint, uint generation);

    /// <summary>A request that was let through to an ejected endpoint, to see if it is well again, came to an end; or it is known already that it failed.</summary>
    void OnTrialEnded(UpstreamEndpoint endpoint, uint generation, in AttemptOutcome outcome);
}
