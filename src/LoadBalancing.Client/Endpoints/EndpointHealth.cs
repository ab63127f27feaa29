namespace LoadBalancing.Client;

/// <summary>Whether an endpoint receives traffic, and if not, why.</summary>
public enum EndpointHealth
{
    /// <summary>It receives traffic.</summary>
    Available = 0,

    /// <summary>
    /// Ejected by outlier detection because of failed attempts; restored as <see cref="OutlierDetectionOptions.RestorePolicy"/> says, at the earliest at
    /// <see cref="UpstreamEndpoint.EjectedUntil"/>.
    /// </summary>
    Ejected,

    /// <summary>Unavailable because it failed health checks; restored when it passes them.</summary>
    Unhealthy,

    /// <summary>Not available yet: it has to pass a first health check (<see cref="ActiveHealthCheckOptions.StartUnhealthy"/>).</summary>
    Untested,
}
