namespace LoadBalancing.Client;

/// <summary>
/// A load balancing strategy, selected by its name. It is a stateless factory: state such as a round robin position is passed from
/// one picker to the next.
/// </summary>
public interface ILoadBalancingStrategy
{
    /// <summary>The name that <see cref="LoadBalancingOptions.Strategy"/> selects it by; case-insensitive.</summary>
    string Name { get; }

    /// <summary>
    /// Whether its picks follow <see cref="PickContext.Hash"/>. Hash policies with a strategy that does not are an error at startup. Default false.
    /// </summary>
    bool UsesHash => false;

    /// <summary>
    /// Whether it uses <see cref="UpstreamEndpoint.Latency"/>, which is measured only for strategies that do, at the cost of a clock read per attempt. Default
    /// false.
    /// </summary>
    bool UsesLatency => false;

    /// <summary>Builds the picker of a level. Called off the request path, never concurrently for one cluster.</summary>
    /// <param name="level">The endpoints to pick from; at least one.</param>
    /// <param name="previous">The last picker of the level if this strategy built it, to continue from; otherwise null. It must not be modified: requests may
    /// still use it. It has other endpoints or weights, and an older one if the level had no endpoint to pick in between.</param>
    IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous);
}
