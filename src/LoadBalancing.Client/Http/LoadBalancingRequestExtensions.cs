namespace LoadBalancing.Client;

/// <summary>Sets load balancing options of a single request.</summary>
public static class LoadBalancingRequestExtensions
{
    /// <summary>
    /// Gets the load balancing options of a request, as a fluent builder: <c>request.LoadBalancing().Route("reports").Idempotent()</c>. The call
    /// alone sets nothing. The options have no effect when the client of the request is not balanced.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <returns>A builder that writes to the <see cref="HttpRequestMessage.Options"/> of the request.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    public static RequestLoadBalancing LoadBalancing(this HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new RequestLoadBalancing(request);
    }
}
