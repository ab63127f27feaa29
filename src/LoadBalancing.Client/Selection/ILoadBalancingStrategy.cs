namespace LoadBalancing.Client;

/// <summary>
/// A way to pick, found by its name. It is a factory without state of its own: whatever a rotation must remember travels from
/// one picker to the next.
/// </summary>
public interface ILoadBalancingStrategy
{
    /// <summary>The name that <see cref="LoadBalancingOptions.Strategy"/> selects it by; compared without regard to case.</summary>
    string Name { get; }

    /// <summary>Whether its picks follow <see cref="PickContext.Hash"/>. Hash policies with a strategy that does not are an error at start; the default is false.</summary>
    bool UsesHash => false;

    /// <summary>Whether it goes by <see cref="UpstreamEndpoint.Latency"/>, which is measured only for those that ask for it: it costs a clock read per attempt. The default is false.</summary>
    bool UsesLatency => false;

    /// <summary>Builds the picker of a level. Called off the request path, never twice at once for one cluster.</summary>
    /// <param name="level">The endpoints to pick among; at least one.</param>
    /// <param name="previous">The picker in use until now, if it came from this strategy, to carry on from; else null. It must not be changed: requests still use it.</param>
    IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous);
}
