namespace LoadBalancing.Client;

/// <summary>What an injected fault hits.</summary>
public enum FaultScope
{
    /// <summary>The request as a whole, once, as in a mesh: retries, time-outs and ejection do not see it.</summary>
    Request = 0,

    /// <summary>Each attempt: retries, time-outs and ejection see it.</summary>
    Attempt,
}
