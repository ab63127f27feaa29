namespace LoadBalancing.Client;

/// <summary>Makes the probe that the settings of a service ask for.</summary>
internal sealed class HealthProbeFactory
{
    private readonly IHealthProbe[] _custom;

    /// <param name="own">Those that users have registered.</param>
    public HealthProbeFactory(IEnumerable<IHealthProbe> own) => _custom = [.. own];

    public IEnumerable<string> Names => _custom.Select(static probe => probe.Name);

    /// <summary>Those made here belong to the caller and are disposable; a registered one belongs to the container.</summary>
    public IHealthProbe Create(HealthCheckSettings settings, string service)
    {
        string? host = Uri.CheckHostName(service) == UriHostNameType.Unknown ? null : service;
        return settings.Kind switch
        {
            HealthCheckKind.Http => new HttpProbe(settings.Request, host),
            HealthCheckKind.Grpc => new GrpcProbe(settings.Request, host),
            HealthCheckKind.Tcp => new TcpProbe(settings.Request.Send, settings.Request.Expect),
            _ => Find(settings.Probe) ?? throw new InvalidOperationException($"Probe '{settings.Probe}' passed validation and is not registered."),
        };
    }

    public IHealthProbe? Find(string? name) => Array.FindLast(_custom, probe => string.Equals(probe.Name, name, StringComparison.OrdinalIgnoreCase));
}
