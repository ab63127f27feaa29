namespace LoadBalancing.Client;

/// <summary>
/// Ejects an endpoint as soon as its success rate over a sliding window falls below a threshold. It evaluates each endpoint by itself, so it works in
/// the smallest set, and it detects an endpoint that fails every third request, which no count of consecutive failures does.
/// </summary>
public sealed class WindowedSuccessRateOutlierOptions
{
    /// <summary>The length of the window, in ten steps. At least 100 ms; default 10 s. After a longer pause an endpoint starts with an empty window.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The success rate, in percent, below which an endpoint is ejected. Above 0, at most 100; default 80.</summary>
    public double ThresholdPercent { get; set; } = 80;

    /// <summary>The minimum number of requests in the window for an endpoint to be evaluated. At least 1; default 20.</summary>
    public int RequestVolume { get; set; } = 20;

    /// <summary>The share of detections that eject, in percent; the others are only counted and logged. 0 to 100; default 100.</summary>
    public double EnforcementPercent { get; set; } = 100;
}
