namespace LoadBalancing.Client;

/// <summary>What options say about the form of a set: who comes first, who gets how much, who is left out.</summary>
/// <param name="Localities">What localities decide.</param>
/// <param name="SlowStart">Null: everybody has his full weight at once.</param>
/// <param name="Subsetting">Null: everybody is used.</param>
internal sealed record EndpointSetSettings(LocalityRule Localities, SlowStartSettings? SlowStart, SubsettingSettings? Subsetting)
{
    public static EndpointSetSettings From(LoadBalancingOptions options) =>
        new(LocalityRule.From(options.Locality), SlowStartSettings.From(options.SlowStart), SubsettingSettings.From(options.Subsetting));
}
