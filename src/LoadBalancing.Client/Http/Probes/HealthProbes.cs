namespace LoadBalancing.Client;

/// <summary>Makes the probe that the settings of a service ask for.</summary>
internal sealed class HealthProbes
{
    private readonly IHealthProbe[] _own;

    /// <param name="own">Those that users have registered.</param>
    public HealthProbes(IEnumerable<IHealthProbe> own) => _own = [.. own];

    public IEnumerable<string> Names => _own.Select(static probe => probe.Name);

    /// <summary>Those made here belong to the caller and are disposable; a registered one belongs to the container.</summary>
    public IHealthProbe Make(ActiveCheckSettings settings, string service)
    {
        string? host = Uri.CheckHostName(service) == UriHostNameType.Unknown ? null : service;
        return settings.Kind switch
        {
            ActiveCheckKind.Http => new HttpProbe(settings.Request, host),
            ActiveCheckKind.Grpc => new GrpcProbe(settings.Request, host),
            ActiveCheckKind.Tcp => new TcpProbe(settings.Request.Send, settings.Request.Expect),
            _ => Find(settings.Probe) ?? throw new InvalidOperationException($"Probe '{settings.Probe}' passed validation and is not registered."),
        };
    }

    public IHealthProbe? Find(string? name) => Array.FindLast(_own, probe => string.Equals(probe.Name, name, StringComparison.OrdinalIgnoreCase));
}
