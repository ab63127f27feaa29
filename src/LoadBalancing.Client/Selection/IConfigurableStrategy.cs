namespace LoadBalancing.Client;

/// <summary>A strategy with options of its own. The registered one holds the defaults; each service gets one that holds what its options say.</summary>
/// <remarks>Two that hold the same are equal: a reload that changes nothing here must not cost the picker its memory.</remarks>
internal interface IConfigurableStrategy : ILoadBalancingStrategy
{
    /// <summary>The same strategy with the options of a service.</summary>
    ILoadBalancingStrategy Configure(LoadBalancingOptions options);
}
