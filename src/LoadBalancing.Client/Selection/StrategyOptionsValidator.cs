namespace LoadBalancing.Client;

/// <summary>The rules for hash policies and the strategy together: a strategy that does not hash would ignore them silently.</summary>
internal static class StrategyOptionsValidator
{
    /// <param name="options">The options.</param>
    /// <param name="strategy">The strategy that they name; null when there is no such strategy.</param>
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
