namespace LoadBalancing.Client;

/// <summary>Validates hash policies against the strategy: a strategy that does not hash would ignore them silently.</summary>
internal static class StrategyOptionsValidator
{
    /// <param name="options">The options.</param>
    /// <param name="strategy">The configured strategy; null when it is unknown.</param>
    /// <param name="errors">Receives the errors.</param>
    public static void Validate(LoadBalancingOptions options, ILoadBalancingStrategy? strategy, ValidationErrors errors)
    {
        if (strategy is not { UsesHash: false })
        {
            return;
        }

        CheckUnused(options.HashPolicies, strategy, errors);
        for (int i = 0; i < options.Routes.Count; i++)
        {
            CheckUnused(options.Routes[i].HashPolicies, strategy, errors.ForSection($"Routes:{i}"));
        }
    }

    private static void CheckUnused(IList<HashPolicyOptions>? policies, ILoadBalancingStrategy strategy, ValidationErrors errors)
    {
        if (policies is { Count: > 0 })
        {
            errors.Add("HashPolicies", $"they are set, and the strategy '{strategy.Name}' does not hash; "
                + $"choose RingHash, Maglev or Rendezvous, or remove them.");
        }
    }
}
