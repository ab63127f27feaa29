namespace LoadBalancing.Client;

/// <summary>Whether an endpoint gets traffic, and if not, why.</summary>
public enum EndpointHealth
{
    /// <summary>It gets traffic.</summary>
    Available = 0,

    /// <summary>Ejected by outlier detection. It is restored as <see cref="OutlierDetectionOptions.RestorePolicy"/> says, at the earliest at <see cref="UpstreamEndpoint.EjectedUntil"/>.</summary>
    Ejected,

    /// <summary>It fails its health checks, and becomes available when it passes them.</summary>
    Unhealthy,

    /// <summary>It has to pass a first health check before it gets traffic (<see cref="ActiveHealthCheckOptions.StartUnhealthy"/>).</summary>
    Untested,
}
