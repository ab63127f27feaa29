namespace LoadBalancing.Client;

/// <summary>When so few endpoints are in service that sending everything to them would drown them, so that ejections are disregarded.</summary>
public sealed class PanicOptions
{
    /// <summary>
    /// The share of endpoints in service, in percent, 0 to 100, below which traffic goes to all of them. 0: never; with nothing in service requests
    /// then fail. Default 50, as in Envoy.
    /// </summary>
    public double Threshold { get; set; } = 50;
}
