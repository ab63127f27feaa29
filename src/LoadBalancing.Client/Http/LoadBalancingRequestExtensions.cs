using LoadBalancing.Client;

namespace System.Net.Http;

/// <summary>What one request can say about its balancing.</summary>
public static class LoadBalancingRequestExtensions
{
    /// <summary>Says that sending this request twice does no more than sending it once, whatever its method, so that it may be tried again like a GET.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isIdempotent">False takes the word back.</param>
    /// <returns>The request.</returns>
    public static HttpRequestMessage SetIdempotent(this HttpRequestMessage request, bool isIdempotent = true)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Options.Set(RequestTraits.Idempotent, isIdempotent);
        return request;
    }
}
