namespace LoadBalancing.Client;

/// <summary>What an injected fault applies to.</summary>
public enum FaultScope
{
    /// <summary>The whole request, once, as in a mesh: retries, timeouts and ejection do not see it.</summary>
    Request = 0,

    /// <summary>Each attempt: retries, timeouts and ejection see it.</summary>
    Attempt,
}
