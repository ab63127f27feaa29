namespace LoadBalancing.Client;

/// <summary>When it is panic, and where requests go then.</summary>
/// <param name="ThresholdPercent">The share in service, in percent, below which it is panic; 0: never.</param>
/// <param name="Traffic">Where requests go.</param>
internal sealed record PanicRule(double ThresholdPercent, PanicTraffic Traffic)
{
    /// <summary>Whether somebody can be picked although nobody is in service.</summary>
    public bool CanPickUnavailable => ThresholdPercent > 0 && Traffic != PanicTraffic.Fail;

    public bool IsInPanic(int available, int members) => available * 100.0 < ThresholdPercent * members;

    /// <summary>The endpoints that get traffic in panic.</summary>
    public UpstreamEndpoint[] SelectEndpoints(UpstreamEndpoint[] available, UpstreamEndpoint[] members) => Traffic switch
    {
        PanicTraffic.All => members,
        PanicTraffic.LastStanding when available.Length > 0 => available,
        PanicTraffic.LastStanding => FindFirstToRestore(members) is { } last ? [last] : [],
        _ => [],
    };

    /// <summary>The one whose ejection ends first, rather than one that fails its checks; null when there is nobody.</summary>
    public static UpstreamEndpoint? FindFirstToRestore(UpstreamEndpoint[] members)
    {
        UpstreamEndpoint? first = null;
        (bool FailsChecks, DateTimeOffset Until) best = default;
        foreach (UpstreamEndpoint endpoint in members)
        {
            (bool FailsChecks, DateTimeOffset Until) rank = (endpoint.Status.IsFailingHealthChecks, endpoint.EjectedUntil ?? DateTimeOffset.MinValue);
            if (endpoint.Health != EndpointHealth.Untested && (first is null || rank.CompareTo(best) < 0))
            {
                first = endpoint;
                best = rank;
            }
        }

        return first;
    }
}
