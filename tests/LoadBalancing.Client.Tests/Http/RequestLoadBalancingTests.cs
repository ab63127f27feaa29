using System.Net;

namespace LoadBalancing.Client.Tests.Http;

/// <summary>
/// <c>request.LoadBalancing()</c>: the options it writes, and the arguments it rejects. The effect of each option is tested where it is used.
/// </summary>
public sealed class RequestLoadBalancingTests : IDisposable
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

    public void Dispose() => _request.Dispose();

    [Fact]
    public void A_chain_sets_all_options_of_its_request_and_ends_with_the_request()
    {
        Func<HttpContent> factory = static () => new StringContent("body");
        var caller = new AffinityCookieJar();

        HttpRequestMessage request = _request.LoadBalancing()
            .Route("reports").Idempotent().ContentFactory(factory).Hash(42).CallerAddress(IPAddress.Loopback).CallerContext(caller).Request;

        Assert.Same(_request, request);
        Assert.Equal("reports", ExplicitRoute.Get(request));
        Assert.Equal((true, factory), (Find(RequestTraits.Idempotent), Find(RequestBodies.Factory)));
        Assert.Equal(
            (42ul, IPAddress.Loopback, caller),
            (Find(RequestAffinity.Hash), Find(RequestHashInputs.CallerAddressKey), Find(RequestAffinity.CallerContext)));
    }

    [Fact]
    public void The_last_value_wins_and_a_key_and_a_hash_replace_each_other()
    {
        _request.LoadBalancing().Idempotent().HashKey("user-42");

        _request.LoadBalancing().Idempotent(false).Hash(1);
        Assert.Equal((false, 1ul), (Find(RequestTraits.Idempotent), Find(RequestAffinity.Hash)));

        _request.LoadBalancing().HashKey("user-42");
        Assert.Equal(AffinityHash.Compute("user-42"), Find(RequestAffinity.Hash));
    }

    [Fact]
    public void A_request_without_settings_gets_no_options()
    {
        _ = _request.LoadBalancing();

        Assert.Empty(_request.Options);
    }

    [Fact]
    public void The_default_value_has_no_request_and_every_member_throws() =>
        Assert.All(Members, static use => Assert.Throws<InvalidOperationException>(() => use(default)));

    [Fact]
    public void Null_arguments_throw()
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
