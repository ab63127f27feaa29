using System.Net;

namespace LoadBalancing.Client.Tests.Http;

/// <summary><c>request.LoadBalancing()</c>: what it writes, and what it refuses. What each of it does to a request is tested where it is done.</summary>
public sealed class RequestLoadBalancingTests
{
    private static readonly Action<RequestLoadBalancing>[] Members =
    [
        static balancing => balancing.Route("reports"),
        static balancing => balancing.Idempotent(),
        static balancing => balancing.ContentFactory(static () => new StringContent("body")),
        static balancing => balancing.HashKey("user-42"),
        static balancing => balancing.Hash(42),
        static balancing => balancing.CallerAddress(IPAddress.Loopback),
        static balancing => balancing.CallerContext(new AffinityCookieJar()),
        static balancing => _ = balancing.Request,
    ];

    private readonly HttpRequestMessage _request = new(HttpMethod.Post, "http://catalog/items");

    [Fact]
    public void A_chain_says_all_of_it_about_its_request_and_ends_with_the_request()
    {
        Func<HttpContent> factory = static () => new StringContent("body");
        var caller = new AffinityCookieJar();

        HttpRequestMessage request = _request.LoadBalancing()
            .Route("reports").Idempotent().ContentFactory(factory).Hash(42).CallerAddress(IPAddress.Loopback).CallerContext(caller).Request;

        Assert.Same(_request, request);
        Assert.Equal("reports", ExplicitRoute.Get(request));
        Assert.Equal((true, factory), (Find(RequestTraits.Idempotent), Find(RequestBodies.Factory)));
        Assert.Equal((42ul, IPAddress.Loopback, caller), (Find(RequestAffinity.Hash), Find(RequestHashInputs.CallerAddressKey), Find(RequestAffinity.CallerContext)));
    }

    [Fact]
    public void What_is_said_last_counts_and_a_key_and_a_hash_replace_each_other()
    {
        _request.LoadBalancing().Idempotent().HashKey("user-42");

        _request.LoadBalancing().Idempotent(false).Hash(1);
        Assert.Equal((false, 1ul), (Find(RequestTraits.Idempotent), Find(RequestAffinity.Hash)));

        _request.LoadBalancing().HashKey("user-42");
        Assert.Equal(AffinityHash.Compute("user-42"), Find(RequestAffinity.Hash));
    }

    [Fact]
    public void A_request_of_which_nothing_is_said_gets_no_options()
    {
        _ = _request.LoadBalancing();

        Assert.Empty(_request.Options);
    }

    [Fact]
    public void The_default_value_belongs_to_no_request_and_refuses_everything() =>
        Assert.All(Members, static use => Assert.Throws<InvalidOperationException>(() => use(default)));

    [Fact]
    public void Nothing_is_said_by_null()
    {
        RequestLoadBalancing balancing = _request.LoadBalancing();

        Assert.Throws<ArgumentNullException>(static () => ((HttpRequestMessage)null!).LoadBalancing());
        Assert.Throws<ArgumentNullException>(() => balancing.Route(null!));
        Assert.Throws<ArgumentException>(() => balancing.Route(""));
        Assert.Throws<ArgumentNullException>(() => balancing.ContentFactory(null!));
        Assert.Throws<ArgumentNullException>(() => balancing.HashKey(null!));
        Assert.Throws<ArgumentNullException>(() => balancing.CallerAddress(null!));
        Assert.Throws<ArgumentNullException>(() => balancing.CallerContext(null!));
        Assert.Empty(_request.Options);
    }

    private T? Find<T>(HttpRequestOptionsKey<T> key) => _request.Options.TryGetValue(key, out T? value) ? value : default;
}
