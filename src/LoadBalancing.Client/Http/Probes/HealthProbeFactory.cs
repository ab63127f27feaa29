namespace LoadBalancing.Client;

/// <summary>Creates the probe of a service from its health check settings.</summary>
internal sealed class HealthProbeFactory
{
    private readonly IHealthProbe[] _custom;

    /// <param name="custom">The registered custom probes.</param>
    public HealthProbeFactory(IEnumerable<IHealthProbe> custom) => _custom = [.. custom];

    public IEnumerable<string> Names => _custom.Select(static probe => probe.Name);

    /// <summary>Creates or finds the probe. The caller owns and disposes a created probe; the container owns a registered one.</summary>
    public IHealthProbe Create(HealthCheckSettings settings, string service)
    {
        string? host = Uri.CheckHostName(service) == UriHostNameType.Unknown ? null : service;
        return settings.Kind switch
        {
            HealthCheckKind.Http => new HttpProbe(settings.Request, host),
            HealthCheckKind.Grpc => new GrpcProbe(settings.Request, host),
            HealthCheckKind.Tcp => new TcpProbe(settings.Request.Send, settings.Request.Expect),
            _ => Find(settings.Probe) ?? throw new InvalidOperationException($"Probe '{settings.Probe}' passed validation but is not registered."),
        };
    }

    public IHealthProbe? Find(string? name) => Array.FindLast(_custom, probe => string.Equals(probe.Name, name, StringComparison.OrdinalIgnoreCase));
}
