namespace LoadBalancing.Client;

/// <summary>Gets load balancing information of a response.</summary>
public static class LoadBalancingResponseExtensions
{
    /// <summary>
    /// Gets the endpoint that sent a response, and the endpoints tried before it. Can be called at any time, also after the response was read or
    /// disposed, and any number of times. The information costs nothing until it is read.
    /// </summary>
    /// <param name="response">The response. The information is in its <see cref="HttpResponseMessage.Content"/>: it is lost if a handler replaces the
    /// content.</param>
    /// <returns>
    /// The information, or null when the response did not come through load balancing: its host is not balanced, its last redirect led to such a
    /// host, or a fault of <see cref="FaultScope.Request"/> created it before an endpoint was picked.
    /// </returns>
    /// <remarks>Thread-safe, as long as no thread replaces the content.</remarks>
    public static UpstreamInfo? GetUpstream(this HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Content is UpstreamContent content ? new UpstreamInfo(content.TriedEndpoints, content.RetrySuppression) : null;
    }
}
