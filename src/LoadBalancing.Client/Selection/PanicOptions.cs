namespace LoadBalancing.Client;

/// <summary>When so few endpoints are available that sending all traffic to them would overload them, and where requests go then.</summary>
public sealed class PanicOptions
{
    /// <summary>
    /// The share of available endpoints, in percent, 0 to 100, below which a level is in panic. 0: never; without an available endpoint requests
    /// then fail. Default 50, as in Envoy.
    /// </summary>
    public double ThresholdPercent { get; set; } = 50;

    /// <summary>Where requests go in panic. Default <see cref="PanicTraffic.All"/>.</summary>
    public PanicTraffic Traffic { get; set; } = PanicTraffic.All;
}
