using LoadBalancing.Client;

namespace System.Net.Http;

/// <summary>What one response knows of its balancing.</summary>
public static class LoadBalancingResponseExtensions
{
    /// <summary>
    /// Tells which endpoint a response came from. It may be asked at any time, also after the response was read or disposed, and as often as one likes; a call whose response nobody asks pays nothing for it.
    /// </summary>
    /// <param name="response">The response. Its <see cref="HttpResponseMessage.Content"/> is what knows: where a handler has replaced it, nobody knows any more.</param>
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
