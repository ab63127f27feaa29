using System.Net;

namespace LoadBalancing.Client;

/// <summary>What one request says about its balancing; made by <see cref="LoadBalancingRequestExtensions.LoadBalancing"/>. Each member replaces what the request said before by the same member.</summary>
/// <remarks>
/// Writes to the <see cref="HttpRequestMessage.Options"/> of the request, and like them is not safe for use from several threads. To be called before the request is sent. Of the default value, which belongs to no
/// request, every member throws an <see cref="InvalidOperationException"/>.
/// </remarks>
public readonly struct RequestLoadBalancing
{
    private readonly HttpRequestMessage? _request;

    internal RequestLoadBalancing(HttpRequestMessage request) => _request = request;

    /// <summary>The request, to end a chain with: <c>new HttpRequestMessage(HttpMethod.Get, "/reports").LoadBalancing().Route("reports").Request</c>.</summary>
    /// <exception cref="InvalidOperationException">This is the default value.</exception>
    public HttpRequestMessage Request => _request ?? throw new InvalidOperationException("This value belongs to no request: it comes from default, and not from request.LoadBalancing().");

    /// <summary>Has this request take a route by its name, whichever route matches it. Without effect for a service that has no routes.</summary>
    /// <param name="name">The name of a route of the service; case does not matter. If there is none of that name, the request fails with an <see cref="InvalidOperationException"/>.</param>
    /// <returns>The same value.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    public RequestLoadBalancing Route(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ExplicitRoute.Set(Request, name);
        return this;
    }

    /// <summary>Says whether sending this request twice does no more than sending it once, whatever its method.</summary>
    /// <param name="isIdempotent">True, the default: it may be retried like a GET. False: it is retried only if nothing of it was sent, also a GET.</param>
    /// <returns>The same value.</returns>
    public RequestLoadBalancing Idempotent(bool isIdempotent = true)
    {
        Request.Options.Set(RequestTraits.Idempotent, isIdempotent);
        return this;
    }

    /// <summary>
    /// Says how to make the body of this request again, so that it can be resent although it can be read only once. Called for each retry, and for each redirect that keeps the body; the result replaces
    /// <see cref="HttpRequestMessage.Content"/>, and the content before is disposed.
    /// </summary>
    /// <param name="factory">Creates content with the same bytes each time. What it throws reaches the caller of the request. The first body is the content that the request has.</param>
    /// <returns>The same value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is null.</exception>
    public RequestLoadBalancing ContentFactory(Func<HttpContent> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Request.Options.Set(RequestBodies.Factory, factory);
        return this;
    }

    /// <summary>Says what the request belongs to: requests of the same key go to the same endpoint, under a strategy that hashes. Takes precedence over hash policies, and replaces an earlier <see cref="Hash"/>.</summary>
    /// <param name="key">Any text; what counts is the xxHash64 of its UTF-8, which other programs can compute too.</param>
    /// <returns>The same value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public RequestLoadBalancing HashKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Hash(TextHash.Of(key));
    }

    /// <summary>Sets the hash itself by which a strategy that hashes finds the endpoint. Takes precedence over hash policies, and replaces an earlier <see cref="HashKey"/>.</summary>
    /// <param name="hash">The hash. It should be evenly distributed over all 64 bits.</param>
    /// <returns>The same value.</returns>
    public RequestLoadBalancing Hash(ulong hash)
    {
        Request.Options.Set(RequestAffinity.Hash, hash);
        return this;
    }

    /// <summary>Says for which caller the request is made, for hash policies by the caller's address (<see cref="HashPolicyOptions.CallerAddress"/>).</summary>
    /// <param name="address">The caller's address.</param>
    /// <returns>The same value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    public RequestLoadBalancing CallerAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Request.Options.Set(RequestHashInputs.CallerAddressKey, address);
        return this;
    }

    /// <summary>Says for which caller the request is made, for hash policies by what the request's own headers do not say, and for session cookies.</summary>
    /// <param name="context">What is known of the caller, like an <see cref="AffinityCookieJar"/>. An address set by <see cref="CallerAddress"/> takes precedence over the context's.</param>
    /// <returns>The same value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    public RequestLoadBalancing CallerContext(ICallerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Request.Options.Set(RequestAffinity.CallerContext, context);
        return this;
    }
}
