namespace LoadBalancing.Client;

/// <summary>What one response knows of its balancing.</summary>
public static class LoadBalancingResponseExtensions
{
    /// <summary>
    /// The endpoint that a response came from, and those tried before it. May be called at any time, also after the response was read or disposed, and any number of times; a call whose response is not asked pays nothing for it.
    /// </summary>
    /// <param name="response">The response. The information is in its <see cref="HttpResponseMessage.Content"/>: where a handler has replaced that, it is lost.</param>
    /// <returns>
    /// Null when the response was not balanced: its host is not, the last of its redirects led to such a host, or a fault of <see cref="FaultScope.Request"/> gave it before an endpoint was picked.
    /// </returns>
    /// <remarks>Safe for use from several threads, as long as none of them replaces the content.</remarks>
    public static UpstreamInfo? GetUpstream(this HttpResponseMessage response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Content is UpstreamContent content ? new UpstreamInfo(content.TriedEndpoints, content.RetrySuppression) : null;
    }
}
