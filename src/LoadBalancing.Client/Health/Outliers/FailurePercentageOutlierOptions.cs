namespace LoadBalancing.Client;

/// <summary>Takes out endpoints that failed at least so large a share of their requests between two sweeps.</summary>
public sealed class FailurePercentageOutlierOptions
{
    /// <summary>The share of failures, in percent, from which on an endpoint is taken out. Above 0, at most 100; default 85.</summary>
    public double ThresholdPercent { get; set; } = 85;

    /// <summary>How many endpoints need <see cref="RequestVolume"/> for anything to be judged. At least 1; default 5.</summary>
    public int MinHosts { get; set; } = 5;

    /// <summary>How many requests an endpoint needs between two sweeps to be judged. At least 1; default 50.</summary>
    public int RequestVolume { get; set; } = 50;

    /// <summary>How often, in percent, a detection ejects; the others are only counted and told. 0 to 100; default 100 (in Envoy 0: there this detector is always on).</summary>
    public double EnforcementPercent { get; set; } = 100;

    /// <summary>The same for the share of failures of local origin, where they are counted apart. 0 to 100; default 100.</summary>
    public double LocalOriginEnforcementPercent { get; set; } = 100;
}
