namespace LoadBalancing.Client;

/// <summary>The compiled settings that all strategies that hash share.</summary>
internal readonly record struct ConsistentHashSettings(UnavailableOwnerBehavior OnUnavailableOwner, int? BalanceFactor, bool UseHostname)
{
    public static ConsistentHashSettings From(ConsistentHashOptions options) =>
        new(options.OnUnavailableOwner, options.HashBalanceFactor, options.UseHostnameForHashing);

    /// <summary>The endpoints that may own keys. In panic no endpoint is skipped for being unavailable, so they are those of the level.</summary>
    public IReadOnlyList<UpstreamEndpoint> OwnersOf(EndpointLevel level) =>
        KeepsUnavailableOwners(level) ? level.AllEndpoints : level.Endpoints;

    /// <summary>Their weights, in the same order.</summary>
    public IReadOnlyList<double> WeightsOf(EndpointLevel level) => KeepsUnavailableOwners(level) ? level.AllWeights : level.Weights;

    /// <summary>Null without a bound.</summary>
    public LoadBound? BoundOf(IReadOnlyList<UpstreamEndpoint> owners, EndpointLevel level) =>
        BalanceFactor is { } percent ? new LoadBound(owners, level, percent / 100.0) : null;

    private bool KeepsUnavailableOwners(EndpointLevel level) => OnUnavailableOwner == UnavailableOwnerBehavior.Skip && !level.InPanic;
}
