namespace LoadBalancing.Client;

/// <summary>Whether an endpoint is given traffic.</summary>
public enum EndpointHealth
{
    /// <summary>In service.</summary>
    Available = 0,

    /// <summary>Taken out because it answered badly; it returns at a sweep after its time is up, or by a probe.</summary>
    Ejected,

    /// <summary>No longer a member of the set; requests that were under way finish on it.</summary>
    Removed,

    /// <summary>Taken out because it failed active checks; it returns when it passes them.</summary>
    Unhealthy,

    /// <summary>Not yet in service: it has to pass a first active check.</summary>
    Untested,
}
