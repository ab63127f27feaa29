namespace LoadBalancing.Client;

/// <summary>When a level is in panic, and where requests go then.</summary>
/// <param name="ThresholdPercent">The share of available endpoints, in percent, below which a level is in panic; 0: never.</param>
/// <param name="Traffic">Where requests go.</param>
internal sealed record PanicRule(double ThresholdPercent, PanicTraffic Traffic)
{
    /// <summary>Whether a pick can return an endpoint although none is available.</summary>
    public bool CanPickUnavailable => ThresholdPercent > 0 && Traffic != PanicTraffic.Fail;

    public bool IsInPanic(int available, int endpoints) => available * 100.0 < ThresholdPercent * endpoints;

    /// <summary>The endpoints that receive traffic in panic.</summary>
    public UpstreamEndpoint[] SelectEndpoints(UpstreamEndpoint[] available, UpstreamEndpoint[] endpoints) => Traffic switch
    {
        PanicTraffic.All => endpoints,
        PanicTraffic.LastStanding when available.Length > 0 => available,
        PanicTraffic.LastStanding => FindFirstToRestore(endpoints) is { } last ? [last] : [],
        _ => [],
    };

    /// <summary>The endpoint whose ejection ends first, preferring those that do not fail health checks; null when there is none.</summary>
    public static UpstreamEndpoint? FindFirstToRestore(UpstreamEndpoint[] endpoints)
    {
        UpstreamEndpoint? first = null;
        (bool FailsChecks, DateTimeOffset Until) best = default;
        foreach (UpstreamEndpoint endpoint in endpoints)
        {
            (bool FailsChecks, DateTimeOffset Until) rank = (endpoint.Status.IsFailingHealthChecks, endpoint.EjectedUntil ?? DateTimeOffset.MinValue);
            if (endpoint.IsTested && (first is null || rank.CompareTo(best) < 0))
            {
                first = endpoint;
                best = rank;
            }
        }

        return first;
    }
}
