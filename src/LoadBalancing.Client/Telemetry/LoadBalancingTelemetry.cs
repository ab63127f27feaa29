namespace LoadBalancing.Client;

/// <summary>The names under which the library reports metrics and traces.</summary>
public static class LoadBalancingTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>: <c>LoadBalancing.Client</c>.</summary>
    public const string MeterName = "LoadBalancing.Client";

    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>: <c>LoadBalancing.Client</c>.</summary>
    public const string ActivitySourceName = "LoadBalancing.Client";
}
