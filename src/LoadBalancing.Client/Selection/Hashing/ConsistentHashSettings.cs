namespace LoadBalancing.Client;

/// <summary>What all strategies that hash have in common, compiled from options.</summary>
internal readonly record struct ConsistentHashSettings(UnavailableOwnerBehavior OnUnavailableOwner, int? BalanceFactor, bool UseHostname)
{
    public static ConsistentHashSettings From(ConsistentHashOptions options) =>
        new(options.OnUnavailableOwner, options.HashBalanceFactor, options.UseHostnameForHashing);

    /// <summary>Those who may own keys. In panic nobody is passed over for being out, so the level alone says who they are.</summary>
    public IReadOnlyList<UpstreamEndpoint> OwnersOf(EndpointLevel level) =>
        KeepsUnavailableOwners(level) ? level.AllEndpoints : level.Endpoints;

    /// <summary>Their weights, in the same order.</summary>
    public IReadOnlyList<double> WeightsOf(EndpointLevel level) => KeepsUnavailableOwners(level) ? level.AllWeights : level.Weights;

    /// <summary>Null without a bound.</summary>
    public LoadBound? BoundOf(IReadOnlyList<UpstreamEndpoint> owners, EndpointLevel level) =>
        BalanceFactor is { } percent ? new LoadBound(owners, level, percent / 100.0) : null;

    private bool KeepsUnavailableOwners(EndpointLevel level) => OnUnavailableOwner == UnavailableOwnerBehavior.Skip && !level.InPanic;
}
