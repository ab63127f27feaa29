namespace LoadBalancing.Client;

/// <summary>The way from a request to what it can say about its balancing.</summary>
public static class LoadBalancingRequestExtensions
{
    /// <summary>
    /// What one request says about its balancing: <c>request.LoadBalancing().Route("reports").Idempotent()</c>. Says nothing by itself, and changes nothing of a request whose client is not balanced.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    public static RequestLoadBalancing LoadBalancing(this HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new RequestLoadBalancing(request);
    }
}
