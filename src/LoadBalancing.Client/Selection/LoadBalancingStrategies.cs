namespace LoadBalancing.Client;

/// <summary>The names of the built-in strategies.</summary>
public static class LoadBalancingStrategies
{
    /// <summary>One after the other in the order described, starting anywhere; with unequal weights each as often as its weight says, evenly spread.</summary>
    public const string RoundRobin = "RoundRobin";
}
