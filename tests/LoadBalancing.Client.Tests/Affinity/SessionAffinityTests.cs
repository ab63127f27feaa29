using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Affinity;

/// <summary>Callers that are kept on their endpoints by a cookie that names them.</summary>
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
    public async Task Callers_stay_where_they_were_while_endpoints_come_and_go()
    {
        (AffinityCookieJar Session, string Home)[] callers = await SettleAsync(_client, 40);
        Assert.Equal(4, callers.Select(static caller => caller.Home).Distinct().Count());

        Push(1, 2, 3, 4, 5);
        await AssertAtHomeAsync(_client, callers);
        Push(1, 2, 4, 5);
        await AssertAtHomeAsync(_client, [.. callers.Where(static caller => caller.Home != "10.0.0.3")]);
    }

    [Fact]
    public async Task Another_instance_with_the_same_key_reads_the_cookies_and_one_with_another_key_does_not()
    {
        (AffinityCookieJar Session, string Home)[] callers = await SettleAsync(_client, 20);
        await using BalancedClient same = Client(NewKey);
        await AssertAtHomeAsync(same, callers);

        await using BalancedClient other = Client(OldKey);
        using MetricRecorder probe = other.Listen();
        await CallAsync(other, callers[0].Session);
        Assert.Equal(1, Ignored(probe));
    }

    [Fact]
    public async Task Keys_can_be_changed_without_losing_anybody()
    {
        await using BalancedClient before = Client(OldKey);
        (AffinityCookieJar Session, string Home)[] callers = await SettleAsync(before, 20);
        await using BalancedClient rotating = Client(NewKey, OldKey);
        await AssertAtHomeAsync(rotating, callers);

        // Whoever came by meanwhile was given a cookie of the new key.
        await using BalancedClient after = Client(NewKey);
        await AssertAtHomeAsync(after, callers);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("../../etc/passwd")]
    [InlineData("10.0.0.1")]
    public async Task A_cookie_that_is_none_is_ignored_counted_and_replaced(string forged)
    {
        using MetricRecorder probe = _client.Listen();
        var session = new AffinityCookieJar();
        session.TrySetCookie("lb-endpoint", forged, default, "/");

        await CallAsync(_client, session);

        Assert.Equal(1, Ignored(probe));
        Assert.NotEqual(forged, session.GetCookie("lb-endpoint"));
    }

    [Fact]
    public async Task A_cookie_cut_off_or_changed_by_a_character_names_nobody()
    {
        (AffinityCookieJar Session, string Home)[] callers = await SettleAsync(_client, 1);
        string token = callers[0].Session.GetCookie("lb-endpoint")!;
        Assert.Matches("^[A-Za-z0-9_-]{24}$", token);
        using MetricRecorder probe = _client.Listen();
        string[] bad = [token[..^1], token[1..], token + "A", (token[0] == 'A' ? 'B' : 'A') + token[1..], token.ToUpperInvariant() + "_"];
        foreach (string one in bad)
        {
            var session = new AffinityCookieJar();
            session.TrySetCookie("lb-endpoint", one, default, "/");
            await CallAsync(_client, session);
        }

        Assert.Equal(bad.Length, Ignored(probe));
    }

    [Fact]
    public async Task An_endpoint_that_is_draining_keeps_its_callers_and_gets_no_new_ones()
    {
        (AffinityCookieJar Session, string Home)[] callers = await SettleAsync(_client, 40);
        string leaving = callers[0].Home;

        _source.Push([.. Enumerable.Range(1, 4).Select(i => new EndpointDescription($"http://10.0.0.{i}") { Draining = leaving == $"10.0.0.{i}" })]);

        await AssertAtHomeAsync(_client, callers);
        (AffinityCookieJar Session, string Home)[] newcomers = await SettleAsync(_client, 40);
        Assert.DoesNotContain(leaving, newcomers.Select(static caller => caller.Home));
    }

    [Fact]
    public async Task When_all_are_draining_requests_are_served_all_the_same()
    {
        await using var client = new BalancedClient(new StubHandler(), static options => options.Endpoints = [new("http://10.0.0.1") { Draining = true }, new("http://10.0.0.2") { Draining = true }]);

        using HttpResponseMessage response = await client.Http.GetAsync("items", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_caller_whose_endpoint_fails_moves_on_and_stays_there()
    {
        var session = new AffinityCookieJar();
        string home = await CallAsync(_client, session);
        UpstreamEndpoint endpoint = _client.Endpoints.Single(endpoint => endpoint.Address.Host == home);
        for (int i = 0; i < 5; i++)
        {
            new EndpointLease(_client.Balancer, endpoint, 0).End(AttemptOutcome.Failure(FailureKind.ErrorResponse));
        }

        string next = await CallAsync(_client, session);

        Assert.NotEqual(home, next);
        Assert.Equal(next, await CallAsync(_client, session));
    }

    [Fact]
    public async Task Without_a_caller_context_nothing_is_kept_and_nothing_is_lost()
    {
        using MetricRecorder probe = _client.Listen();
        using HttpResponseMessage response = await _client.Http.GetAsync("items", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, Ignored(probe));
    }

    [Fact]
    public async Task The_cookie_is_the_requests_own_where_it_has_one()
    {
        (AffinityCookieJar Session, string Home)[] callers = await SettleAsync(_client, 10);
        foreach ((AffinityCookieJar session, string home) in callers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "items");
            request.Headers.Add("Cookie", $"a=b; lb-endpoint={session.GetCookie("lb-endpoint")}");
            using HttpResponseMessage response = await _client.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(home, _stub.Authorities[^1]);
        }
    }

    private static int Ignored(MetricRecorder probe) => probe.Readings.Count(static reading => reading.Instrument.Name == "loadbalancing.client.affinity.ignored");

    private void Push(params int[] endpoints)
    {
        // The watch takes the list before this returns.
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

    /// <summary>Lets new callers come, and gives where each of them has come to stay.</summary>
    private async Task<(AffinityCookieJar Session, string Home)[]> SettleAsync(BalancedClient client, int callers)
    {
        var settled = new List<(AffinityCookieJar, string)>();
        for (int i = 0; i < callers; i++)
        {
            var session = new AffinityCookieJar();
            settled.Add((session, await CallAsync(client, session)));
        }

        await AssertAtHomeAsync(client, [.. settled]);
        return [.. settled];
    }

    private async Task AssertAtHomeAsync(BalancedClient client, (AffinityCookieJar Session, string Home)[] callers)
    {
        foreach ((AffinityCookieJar session, string home) in callers)
        {
            Assert.Equal(home, await CallAsync(client, session));
        }
    }

    private async Task<string> CallAsync(BalancedClient client, AffinityCookieJar session)
    {
        using HttpResponseMessage response = await client.Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "items").LoadBalancing().CallerContext(session).Request, TestContext.Current.CancellationToken);
        return _stub.Authorities[^1];
    }
}
