using LoadBalancing.Client;

namespace System.Net.Http;

/// <summary>What one request can say about its balancing.</summary>
public static class LoadBalancingRequestExtensions
{
    /// <summary>Says that sending this request twice does no more than sending it once, whatever its method, so that it may be tried again like a GET.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isIdempotent">False says the contrary, also of a GET: it is tried again only if nothing of it was sent.</param>
    /// <returns>The request.</returns>
    public static HttpRequestMessage SetIdempotent(this HttpRequestMessage request, bool isIdempotent = true)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Options.Set(RequestTraits.Idempotent, isIdempotent);
        return request;
    }

    /// <summary>Has this request take a route by its name, whichever fits it. A service without routes pays no heed to it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="route">The name of a route of the service; case does not matter. If there is none of that name, the request fails with an <see cref="InvalidOperationException"/>.</param>
    /// <returns>The request.</returns>
    public static HttpRequestMessage SetRoute(this HttpRequestMessage request, string route)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrEmpty(route);
        ExplicitRoute.Set(request, route);
        return request;
    }

    /// <summary>
    /// Says how to make the body of this request anew, so that it can be sent again although it can be read only once. It is asked for each retry, and for each redirect that keeps the body; what it gives takes the place of
    /// <see cref="HttpRequestMessage.Content"/>, and the content before is disposed.
    /// </summary>
    /// <param name="request">The request. Its first body is the content that it has.</param>
    /// <param name="factory">Gives content with the same bytes each time. What it throws reaches the caller of the request.</param>
    /// <returns>The request.</returns>
    public static HttpRequestMessage SetContentFactory(this HttpRequestMessage request, Func<HttpContent> factory)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(factory);
        request.Options.Set(RequestBodies.Factory, factory);
        return request;
    }

    /// <summary>Says what the request belongs to: requests of the same key go to the same endpoint, under a strategy that hashes. Goes before the hash policies.</summary>
    /// <param name="request">The request.</param>
    /// <param name="key">Any text; what counts is the xxHash64 of its UTF-8, which other programs can find too.</param>
    /// <returns>The request.</returns>
    public static HttpRequestMessage SetHashKey(this HttpRequestMessage request, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return SetHash(request, TextHash.Of(key));
    }

    /// <summary>Gives the hash itself by which a strategy that hashes finds the endpoint. Goes before the hash policies, and takes the place of an earlier hash or key.</summary>
    /// <param name="request">The request.</param>
    /// <param name="hash">The hash. It should be evenly spread over all 64 bits.</param>
    /// <returns>The request.</returns>
    public static HttpRequestMessage SetHash(this HttpRequestMessage request, ulong hash)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Options.Set(RequestAffinity.Hash, hash);
        return request;
    }

    /// <summary>Says for whom the request is made, for hash policies that go by the caller's address.</summary>
    /// <param name="request">The request.</param>
    /// <param name="address">The caller's address.</param>
    /// <returns>The request.</returns>
    public static HttpRequestMessage SetCallerAddress(this HttpRequestMessage request, IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(address);
        request.Options.Set(RequestHashInputs.CallerAddressKey, address);
        return request;
    }

    /// <summary>Says for whom the request is made, for hash policies that go by what its own headers do not say, and for cookies that are made here.</summary>
    /// <param name="request">The request.</param>
    /// <param name="context">What is known of the caller, like an <see cref="AffinityCookieJar"/>.</param>
    /// <returns>The request.</returns>
    public static HttpRequestMessage SetCallerContext(this HttpRequestMessage request, ICallerContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        request.Options.Set(RequestAffinity.CallerContext, context);
        return request;
    }
}
