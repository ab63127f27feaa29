namespace LoadBalancing.Client;

/// <summary>The options that shape a set: the order of endpoints, their shares, and which of them are used.</summary>
/// <param name="Localities">The locality rule.</param>
/// <param name="SlowStart">Null: every endpoint has its full weight immediately.</param>
/// <param name="Subsetting">Null: every endpoint is used.</param>
internal sealed record EndpointSetSettings(LocalityRule Localities, SlowStartSettings? SlowStart, SubsettingSettings? Subsetting)
{
    public static EndpointSetSettings From(LoadBalancingOptions options) =>
        new(LocalityRule.From(options.Locality), SlowStartSettings.From(options.SlowStart), SubsettingSettings.From(options.Subsetting));
}
