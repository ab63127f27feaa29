namespace LoadBalancing.Client;

/// <summary>The kind of probe that health checks send.</summary>
public enum HealthCheckKind
{
    /// <summary>Requests a path over HTTP and evaluates the response status.</summary>
    Http = 0,

    /// <summary>Connects over TCP; optionally sends a text and waits for an expected text.</summary>
    Tcp,

    /// <summary>Calls the gRPC health service, <c>grpc.health.v1.Health</c>.</summary>
    Grpc,

    /// <summary>Calls an <see cref="IHealthProbe"/> registered by the application.</summary>
    Custom,
}
