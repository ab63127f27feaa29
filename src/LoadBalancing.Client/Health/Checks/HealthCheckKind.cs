namespace LoadBalancing.Client;

/// <summary>What an active check does.</summary>
public enum HealthCheckKind
{
    /// <summary>Asks for a path over HTTP and looks at the status of the answer.</summary>
    Http = 0,

    /// <summary>Connects; if told to, sends something and waits for something.</summary>
    Tcp,

    /// <summary>Asks gRPC's own health service, <c>grpc.health.v1.Health</c>.</summary>
    Grpc,

    /// <summary>Asks an <see cref="IHealthProbe"/> of yours.</summary>
    Custom,
}
