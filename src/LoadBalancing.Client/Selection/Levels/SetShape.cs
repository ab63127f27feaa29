namespace LoadBalancing.Client;

/// <summary>What options say about the form of a set: who comes first, who gets how much, who is left out.</summary>
/// <param name="Places">What localities decide.</param>
/// <param name="SlowStart">Null: everybody has his full weight at once.</param>
/// <param name="Subset">Null: everybody is used.</param>
internal sealed record SetShape(LocalityRule Places, RampSettings? SlowStart, SubsetSettings? Subset)
{
    public static SetShape From(LoadBalancingOptions options) =>
        new(LocalityRule.From(options.Locality), RampSettings.From(options.SlowStart), SubsetSettings.From(options.Subsetting));
}
