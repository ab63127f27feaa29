namespace LoadBalancing.Client;

/// <summary>When so few endpoints are in service that sending everything to them would drown them, and what happens to requests then.</summary>
public sealed class PanicOptions
{
    /// <summary>
    /// The share of endpoints in service, in percent, 0 to 100, below which it is panic. 0: never; with nothing in service requests
    /// then fail. Default 50, as in Envoy.
    /// </summary>
    public double ThresholdPercent { get; set; } = 50;

    /// <summary>Where requests go in panic. Default <see cref="PanicTraffic.All"/>.</summary>
    public PanicTraffic Traffic { get; set; } = PanicTraffic.All;
}
