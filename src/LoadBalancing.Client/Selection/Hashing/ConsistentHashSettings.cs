namespace LoadBalancing.Client;

/// <summary>The compiled settings that all strategies that hash share.</summary>
internal readonly record struct ConsistentHashSettings(UnavailableOwnerBehavior OnUnavailableOwner, int? BalanceFactor, bool UseHostname)
{
    public static ConsistentHashSettings From(ConsistentHashOptions options) =>
        new(options.OnUnavailableOwner, options.HashBalanceFactor, options.UseHostnameForHashing);

    /// <summary>The endpoints that may own keys, with their shares, in the order of their keys.</summary>
    public HashOwner[] OwnersOf(EndpointLevel level)
    {
        IReadOnlyList<double> weights = KeepsUnavailableOwners(level) ? level.AllWeights : level.Weights;
        return HashOwner.Of(EndpointsOf(level), weights, level.HasNormalizedWeights ? 1 : weights.Sum(), UseHostname);
    }

    /// <summary>Null without a bound.</summary>
    public LoadBound? BoundOf(EndpointLevel level) => BalanceFactor is { } percent ? new LoadBound(EndpointsOf(level), level, percent / 100.0) : null;

    private IReadOnlyList<UpstreamEndpoint> EndpointsOf(EndpointLevel level) => KeepsUnavailableOwners(level) ? level.AllEndpoints : level.Endpoints;

    /// <summary>In panic no endpoint is skipped for being unavailable, so the owners are those of the level.</summary>
    private bool KeepsUnavailableOwners(EndpointLevel level) => OnUnavailableOwner == UnavailableOwnerBehavior.Skip && !level.InPanic;
}
