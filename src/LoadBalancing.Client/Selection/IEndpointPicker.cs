namespace LoadBalancing.Client;

/// <summary>
/// Picks an endpoint of one level. Built by an <see cref="ILoadBalancingStrategy"/> whenever the level changes, and called
/// concurrently by all requests: an implementation should take no locks and allocate nothing.
/// </summary>
public interface IEndpointPicker
{
    /// <summary>
    /// Picks an endpoint that <see cref="PickContext.Admits"/> accepts; null when the level has none. An exception is that of the call. An endpoint of
    /// another service or subset fails the call with an <see cref="InvalidOperationException"/>.
    /// </summary>
    /// <param name="context">The attempt to pick for.</param>
    UpstreamEndpoint? Pick(in PickContext context);
}
