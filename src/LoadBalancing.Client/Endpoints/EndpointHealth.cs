namespace LoadBalancing.Client;

/// <summary>Whether an endpoint receives traffic.</summary>
public enum EndpointHealth
{
    /// <summary>It receives traffic.</summary>
    Available = 0,

    /// <summary>Ejected by outlier detection because of failed attempts; restored by a sweep after its ejection time, or by a trial request.</summary>
    Ejected,

    /// <summary>No longer an endpoint of the cluster; requests in flight on it finish.</summary>
    Removed,

    /// <summary>Unavailable because it failed health checks; restored when it passes them.</summary>
    Unhealthy,

    /// <summary>Not available yet: it has to pass a first health check.</summary>
    Untested,
}
