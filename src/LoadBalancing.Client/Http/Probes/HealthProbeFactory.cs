namespace LoadBalancing.Client;

/// <summary>Creates the probe of a service from its health check settings.</summary>
internal sealed class HealthProbeFactory
{
    private readonly IHealthProbe[] _custom;
    private readonly Func<string, HttpMessageHandler?>? _findPipeline;

    /// <param name="custom">The registered custom probes.</param>
    /// <param name="findPipeline">Finds the current handlers of a service's client; a result of null: it has none. Null: no service has any.</param>
    public HealthProbeFactory(IEnumerable<IHealthProbe> custom, Func<string, HttpMessageHandler?>? findPipeline = null)
    {
        _custom = [.. custom];
        _findPipeline = findPipeline;
    }

    public IEnumerable<string> Names => _custom.Select(static probe => probe.Name);

    /// <summary>Creates or finds the probe. The caller owns and disposes a created probe; the container owns a registered one.</summary>
    public IHealthProbe Create(HealthCheckSettings settings, string service)
    {
        string? host = Uri.CheckHostName(service) == UriHostNameType.Unknown ? null : service;
        return settings.Kind switch
        {
            HealthCheckKind.Http => new HttpProbe(settings.Request, host, CreateClient(service)),
            HealthCheckKind.Grpc => new GrpcProbe(settings.Request, host, CreateClient(service)),
            HealthCheckKind.Tcp => new TcpProbe(settings.Request.Send, settings.Request.Expect),
            _ => Find(settings.Probe) ?? throw new InvalidOperationException($"Probe '{settings.Probe}' passed validation but is not registered."),
        };
    }

    public IHealthProbe? Find(string? name) => Array.FindLast(_custom, probe => string.Equals(probe.Name, name, StringComparison.OrdinalIgnoreCase));

    private ProbeClient CreateClient(string service) => new(_findPipeline is null ? null : () => _findPipeline(service));
}
