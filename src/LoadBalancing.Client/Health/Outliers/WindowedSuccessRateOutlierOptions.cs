namespace LoadBalancing.Client;

/// <summary>
/// Takes out an endpoint as soon as its share of successes over the last while falls below a threshold. It judges each endpoint by itself, so it works in the smallest set, and it sees an
/// endpoint that fails every third request, which no count of failures in a row does.
/// </summary>
public sealed class WindowedSuccessRateOutlierOptions
{
    /// <summary>How far back it looks, in steps of a tenth. At least 100 ms; default 10 s. After a pause longer than this an endpoint starts with an empty window.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The share of successes, in percent, below which an endpoint is taken out. Above 0, at most 100; default 80.</summary>
    public double ThresholdPercent { get; set; } = 80;

    /// <summary>How many requests the window must hold for anything to be judged. At least 1; default 20.</summary>
    public int RequestVolume { get; set; } = 20;

    /// <summary>How often, in percent, a detection ejects; the others are only counted and told. 0 to 100; default 100.</summary>
    public double EnforcementPercent { get; set; } = 100;
}
