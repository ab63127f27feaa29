using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Affinity;

/// <summary>Session affinity: callers stay on their endpoints by a cookie.</summary>
public sealed class SessionAffinityTests : IAsyncDisposable
{
    private const string OldKey = "b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w=";
    private const string NewKey = "bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3";

    private readonly ManualEndpointSource _source = new();
    private readonly StubHandler _stub = new();
    private readonly BalancedClient _client;

    public SessionAffinityTests() => _client = Client(_source, NewKey);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Callers_stay_on_their_endpoints_while_others_are_added_and_removed()
    {
        (AffinityCookieJar Session, string Endpoint)[] callers = await SettleAsync(_client, 40);
        Assert.Equal(4, callers.Select(static caller => caller.Endpoint).Distinct().Count());

        Push(1, 2, 3, 4, 5);
        await AssertStayedAsync(_client, callers);
        Push(1, 2, 4, 5);
        await AssertStayedAsync(_client, [.. callers.Where(static caller => caller.Endpoint != "10.0.0.3")]);
    }

    [Fact]
    public async Task Cookies_are_accepted_by_instances_with_the_same_key_only()
    {
        (AffinityCookieJar Session, string Endpoint)[] callers = await SettleAsync(_client, 20);
        await using BalancedClient same = Client(NewKey);
        await AssertStayedAsync(same, callers);

        await using BalancedClient other = Client(OldKey);
        using MetricRecorder probe = other.Listen();
        await CallAsync(other, callers[0].Session);
        Assert.Equal(1, Ignored(probe));
    }

    [Fact]
    public async Task Keys_can_be_rotated_without_losing_sessions()
    {
        await using BalancedClient before = Client(OldKey);
        (AffinityCookieJar Session, string Endpoint)[] callers = await SettleAsync(before, 20);
        await using BalancedClient rotating = Client(NewKey, OldKey);
        await AssertStayedAsync(rotating, callers);

        // Callers seen meanwhile received a cookie signed with the new key.
        await using BalancedClient after = Client(NewKey);
        await AssertStayedAsync(after, callers);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("../../etc/passwd")]
    [InlineData("10.0.0.1")]
    public async Task An_invalid_cookie_is_ignored_counted_and_replaced(string forged)
    {
        using MetricRecorder probe = _client.Listen();
        var session = new AffinityCookieJar();
        session.TrySetCookie("lb-endpoint", forged, default, "/");

        await CallAsync(_client, session);

        Assert.Equal(1, Ignored(probe));
        Assert.NotEqual(forged, session.GetCookie("lb-endpoint"));
    }

    [Fact]
    public async Task A_truncated_or_modified_cookie_is_invalid()
    {
        (AffinityCookieJar Session, string Endpoint)[] callers = await SettleAsync(_client, 1);
        string token = callers[0].Session.GetCookie("lb-endpoint")!;
        Assert.Matches("^[A-Za-z0-9_-]{24}$", token);
        using MetricRecorder probe = _client.Listen();
        string[] bad = [token[..^1], token[1..], token + "A", (token[0] == 'A' ? 'B' : 'A') + token[1..], token.ToUpperInvariant() + "_"];
        foreach (string cookie in bad)
        {
            var session = new AffinityCookieJar();
            session.TrySetCookie("lb-endpoint", cookie, default, "/");
            await CallAsync(_client, session);
        }

        Assert.Equal(bad.Length, Ignored(probe));
    }

    [Fact]
    public async Task A_draining_endpoint_keeps_its_callers_and_gets_no_new_ones()
    {
        (AffinityCookieJar Session, string Endpoint)[] callers = await SettleAsync(_client, 40);
        string draining = callers[0].Endpoint;

        _source.Push([.. Enumerable.Range(1, 4).Select(i => new EndpointDescription($"http://10.0.0.{i}") { Draining = draining == $"10.0.0.{i}" })]);

        await AssertStayedAsync(_client, callers);
        (AffinityCookieJar Session, string Endpoint)[] newCallers = await SettleAsync(_client, 40);
        Assert.DoesNotContain(draining, newCallers.Select(static caller => caller.Endpoint));
    }

    [Fact]
    public async Task When_all_endpoints_are_draining_requests_are_still_served()
    {
        await using var client = new BalancedClient(
            new StubHandler(),
            static options => options.Endpoints = [new("http://10.0.0.1") { Draining = true }, new("http://10.0.0.2") { Draining = true }]);

        using HttpResponseMessage response = await client.Http.GetAsync("items", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_caller_whose_endpoint_fails_moves_to_another_and_stays_there()
    {
        var session = new AffinityCookieJar();
        string host = await CallAsync(_client, session);
        UpstreamEndpoint endpoint = _client.Endpoints.Single(endpoint => endpoint.Address.Host == host);
        for (int i = 0; i < 5; i++)
        {
            new EndpointLease(_client.Balancer, endpoint, 0).End(AttemptOutcome.Failure(FailureKind.ErrorResponse));
        }

        string next = await CallAsync(_client, session);

        Assert.NotEqual(host, next);
        Assert.Equal(next, await CallAsync(_client, session));
    }

    [Fact]
    public async Task Without_a_caller_context_requests_succeed_without_affinity()
    {
        using MetricRecorder probe = _client.Listen();
        using HttpResponseMessage response = await _client.Http.GetAsync("items", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, Ignored(probe));
    }

    [Fact]
    public async Task The_requests_own_cookie_is_used_where_it_has_one()
    {
        (AffinityCookieJar Session, string Endpoint)[] callers = await SettleAsync(_client, 10);
        foreach ((AffinityCookieJar session, string host) in callers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "items");
            request.Headers.Add("Cookie", $"a=b; lb-endpoint={session.GetCookie("lb-endpoint")}");
            using HttpResponseMessage response = await _client.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(host, _stub.Authorities[^1]);
        }
    }

    private static int Ignored(MetricRecorder probe) =>
        probe.Readings.Count(static reading => reading.Instrument.Name == "loadbalancing.client.affinity.ignored");

    private void Push(params int[] endpoints)
    {
        // The watch applies the update before this returns.
        _source.Push([.. endpoints.Select(static i => new EndpointDescription($"http://10.0.0.{i}"))]);
        Assert.Equal(endpoints.Length, _client.Endpoints.Count);
    }

    private BalancedClient Client(params string[] keys) => Client(new ManualEndpointSource(), keys);

    private BalancedClient Client(ManualEndpointSource source, params string[] keys)
    {
        source.Push([.. Enumerable.Range(1, 4).Select(static i => new EndpointDescription($"http://10.0.0.{i}"))]);
        return new BalancedClient(
            _stub,
            options =>
            {
                options.Endpoints = [];
                options.Strategy = LoadBalancingStrategies.Random;
                options.SessionAffinity = new SessionAffinityOptions { Keys = keys };
            },
            random: RandomSource.Seeded(94),
            builder: builder => builder.AddEndpointSource(source));
    }

    /// <summary>Creates new callers, and returns the endpoint of each.</summary>
    private async Task<(AffinityCookieJar Session, string Endpoint)[]> SettleAsync(BalancedClient client, int callers)
    {
        var settled = new List<(AffinityCookieJar, string)>();
        for (int i = 0; i < callers; i++)
        {
            var session = new AffinityCookieJar();
            settled.Add((session, await CallAsync(client, session)));
        }

        await AssertStayedAsync(client, [.. settled]);
        return [.. settled];
    }

    private async Task AssertStayedAsync(BalancedClient client, (AffinityCookieJar Session, string Endpoint)[] callers)
    {
        foreach ((AffinityCookieJar session, string host) in callers)
        {
            Assert.Equal(host, await CallAsync(client, session));
        }
    }

    private async Task<string> CallAsync(BalancedClient client, AffinityCookieJar session)
    {
        using HttpResponseMessage response = await client.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "items").LoadBalancing().CallerContext(session).Request,
            TestContext.Current.CancellationToken);
        return _stub.Authorities[^1];
    }
}
