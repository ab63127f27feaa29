namespace LoadBalancing.Client;

/// <summary>A strategy with options. The registered instance has the defaults; each service gets one with its own options.</summary>
/// <remarks>Instances with the same options are equal: a reload that changes nothing here must not discard the picker's state.</remarks>
internal interface IConfigurableStrategy : ILoadBalancingStrategy
{
    /// <summary>The same strategy with the options of a service.</summary>
    ILoadBalancingStrategy Configure(LoadBalancingOptions options);
}
