namespace LoadBalancing.Client;

/// <summary>
/// Picks an endpoint of one level. Built by an <see cref="ILoadBalancingStrategy"/> whenever the level changes, and called by all
/// requests at once: an implementation takes no locks and allocates nothing.
/// </summary>
public interface IEndpointPicker
{
    /// <summary>Picks an endpoint that <see cref="PickContext.Admits"/>; null when the level has none.</summary>
    /// <param name="context">What is known about the attempt.</param>
    UpstreamEndpoint? Pick(in PickContext context);
}
