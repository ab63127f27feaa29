using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// Sets load balancing options of a single request; created by <see cref="LoadBalancingRequestExtensions.LoadBalancing"/>. Each method replaces the
/// value that the same method set before.
/// </summary>
/// <remarks>
/// Writes to the <see cref="HttpRequestMessage.Options"/> of the request, and like them is not thread-safe. Call it before the request is sent. The
/// default value has no request: every member of it
/// throws an <see cref="InvalidOperationException"/>.
/// </remarks>
public readonly struct RequestLoadBalancing
{
    private readonly HttpRequestMessage? _request;

    internal RequestLoadBalancing(HttpRequestMessage request) => _request = request;

    /// <summary>Gets the request, to end a chain: <c>new HttpRequestMessage(HttpMethod.Get, "/reports").LoadBalancing().Route("reports").Request</c>.</summary>
    /// <exception cref="InvalidOperationException">This is the default value.</exception>
    public HttpRequestMessage Request =>
        _request ?? throw new InvalidOperationException("This value has no request: it is the default value, not the result of request.LoadBalancing().");

    /// <summary>Selects a route for this request by name, instead of the first route that matches it. Has no effect for a service without routes.</summary>
    /// <param name="name">The name of a route of the service, case-insensitive. If the service has no such route, the request fails with an
    /// <see cref="InvalidOperationException"/>.</param>
    /// <returns>The same value.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is null or empty.</exception>
    public RequestLoadBalancing Route(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ExplicitRoute.Set(Request, name);
        return this;
    }

    /// <summary>Sets whether this request is idempotent, whatever its method.</summary>
    /// <param name="isIdempotent">True, the default: the request may be retried like a GET. False: it is retried only if nothing of it was sent, even
    /// if it is a GET.</param>
    /// <returns>The same value.</returns>
    public RequestLoadBalancing Idempotent(bool isIdempotent = true)
    {
        Request.Options.Set(RequestTraits.Idempotent, isIdempotent);
        return this;
    }

    /// <summary>
    /// Sets a factory that recreates the body of this request, so that a body that can be read only once can be resent. It is called for each retry,
    /// and for each redirect that keeps the body. The result replaces
    /// <see cref="HttpRequestMessage.Content"/>, and the previous content is disposed.
    /// </summary>
    /// <param name="factory">Creates new content with the same bytes at each call. Its exceptions propagate to the caller of the request, as does an
    /// <see cref="InvalidOperationException"/> if it returns null, or a content that was already sent and can be read only once. The first attempt
    /// sends the content that the request already has.</param>
    /// <returns>The same value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is null.</exception>
    public RequestLoadBalancing ContentFactory(Func<HttpContent> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Request.Options.Set(RequestBodies.Factory, factory);
        return this;
    }

    /// <summary>
    /// Sets the hash key of the request. With a hashing strategy, requests with the same key go to the same endpoint. Takes precedence over hash
    /// policies, and replaces an earlier <see cref="Hash"/>.
    /// </summary>
    /// <param name="key">Any text. The hash is the xxHash64 of its UTF-8 bytes, which other programs can compute too.</param>
    /// <returns>The same value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public RequestLoadBalancing HashKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Hash(TextHash.Of(key));
    }

    /// <summary>
    /// Sets the hash by which a hashing strategy finds the endpoint. Takes precedence over hash policies, and replaces an earlier
    /// <see cref="HashKey"/>.
    /// </summary>
    /// <param name="hash">The hash. It should be evenly distributed over all 64 bits.</param>
    /// <returns>The same value.</returns>
    public RequestLoadBalancing Hash(ulong hash)
    {
        Request.Options.Set(RequestAffinity.Hash, hash);
        return this;
    }

    /// <summary>
    /// Sets the address of the caller that the request is made for; used by hash policies of the caller's address
    /// (<see cref="HashPolicyOptions.CallerAddress"/>).
    /// </summary>
    /// <param name="address">The caller's address.</param>
    /// <returns>The same value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="address"/> is null.</exception>
    public RequestLoadBalancing CallerAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Request.Options.Set(RequestHashInputs.CallerAddressKey, address);
        return this;
    }

    /// <summary>
    /// Sets the caller that the request is made for; used by hash policies for values that the request's own headers do not have, and for session
    /// cookies.
    /// </summary>
    /// <param name="context">The caller's context, for example an <see cref="AffinityCookieJar"/>. An address set by <see cref="CallerAddress"/>
    /// takes precedence over the context's.</param>
    /// <returns>The same value.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    public RequestLoadBalancing CallerContext(ICallerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        Request.Options.Set(RequestAffinity.CallerContext, context);
        return this;
    }
}
