using System.Net;
using LoadBalancing.Client.Tests.Selection.Hashing;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Affinity;

/// <summary>Requests through a registered client.</summary>
public sealed class AffinityTests
{
    [Theory]
    [InlineData(LoadBalancingStrategies.RingHash)]
    [InlineData(LoadBalancingStrategies.Maglev)]
    [InlineData(LoadBalancingStrategies.Rendezvous)]
    public async Task Requests_of_one_user_go_to_one_endpoint_and_users_are_spread(string strategy)
    {
        await using BalancedClient client = Client(strategy, out StubHandler stub, new HashPolicyOptions { Header = "X-User" });
        var seen = new HashSet<string>();
        for (int user = 0; user < 60; user++)
        {
            for (int i = 0; i < 3; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "items");
                request.Headers.Add("X-User", $"user-{user}");
                using HttpResponseMessage response = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
            }

            seen.Add(Assert.Single(stub.Authorities.TakeLast(3).Distinct()));
        }

        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public async Task The_owner_is_the_same_as_on_Envoys_ring()
    {
        await using BalancedClient client = Client(LoadBalancingStrategies.RingHash, out StubHandler stub, new HashPolicyOptions { QueryParameter = "user" });
        (string, double)[] hosts = EnvoyReference.Normalize([("10.0.0.1:80", 1), ("10.0.0.2:80", 1), ("10.0.0.3:80", 1)]);
        List<(ulong Position, int Host)> ring = EnvoyReference.Ring(hosts, 1024, 8 * 1024 * 1024);
        for (int user = 0; user < 50; user++)
        {
            using HttpResponseMessage response = await client.Http.GetAsync($"items?user={user}", TestContext.Current.CancellationToken);
            Assert.Equal($"10.0.0.{EnvoyReference.OwnerOf(EnvoyReference.XxHash64($"{user}", 0), ring) + 1}", stub.Authorities[^1]);
        }
    }

    [Fact]
    public async Task A_retry_leaves_the_owner_and_the_next_request_returns_to_it()
    {
        var stub = StubHandler.Script(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, static options =>
        {
            options.Strategy = LoadBalancingStrategies.Maglev;
            options.HashPolicies = [new() { Header = "X-User" }];
        });
        for (int i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "items");
            request.Headers.Add("X-User", "42");
            using HttpResponseMessage response = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        string owner = stub.Authorities[0];
        Assert.Equal([owner, owner, stub.Authorities[2], owner], stub.Authorities);
        Assert.NotEqual(owner, stub.Authorities[2]);
    }

    [Fact]
    public async Task A_hash_key_on_the_request_needs_no_policies()
    {
        await using BalancedClient client = Client(LoadBalancingStrategies.Maglev, out StubHandler stub);
        for (int i = 0; i < 10; i++)
        {
            using HttpResponseMessage response = await client.Http.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, "items").LoadBalancing().HashKey("user-42").Request,
                TestContext.Current.CancellationToken);
        }

        Assert.Single(stub.Authorities.Distinct());
    }

    [Fact]
    public async Task Hash_policies_with_a_strategy_that_does_not_hash_are_an_error()
    {
        await using BalancedClient client = Client(LoadBalancingStrategies.RoundRobin, out _, new HashPolicyOptions { Header = "X-User" });

        var exception = Assert.Throws<OptionsValidationException>(() => client.Http);

        Assert.Equal(
            ["catalog:HashPolicies: they are set, and the strategy 'RoundRobin' does not hash; choose RingHash, Maglev or Rendezvous, or remove them."],
            exception.Failures);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.Maglev, true)]
    [InlineData(LoadBalancingStrategies.LeastRequest, false)]
    public async Task A_strategy_that_hashes_without_policies_logs_a_warning(string strategy, bool warned)
    {
        await using BalancedClient client = Client(strategy, out _);
        _ = client.Http;

        Assert.Equal(
            warned,
            client.Logs.GetSnapshot().Any(
                record => record.Id.Id == LogEvents.StartupWarning && record.Message.StartsWith(
                    $"Service 'catalog': The strategy {strategy} hashes",
                    StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_cookie_container_in_the_primary_handler_is_an_error_when_policies_use_a_cookie()
    {
        await using var client = new BalancedClient(
            options: static options =>
            {
                options.Strategy = LoadBalancingStrategies.Maglev;
                options.HashPolicies = [new() { Cookie = new() { Name = "session" } }];
            },
            builder: static builder => builder.ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler { UseCookies = true }));

        var exception = Assert.Throws<OptionsValidationException>(() => client.Http);

        string expected = "catalog: affinity uses a cookie, and the primary handler of client 'catalog' has its own cookie container, "
            + "below the load balancer; set UseCookies = false on it.";
        Assert.Equal([expected], exception.Failures);
    }

    [Fact]
    public async Task A_session_without_a_browser_stays_on_one_endpoint()
    {
        await using var client = new BalancedClient(
            new StubHandler(),
            static options =>
            {
                options.Strategy = LoadBalancingStrategies.Maglev;
                options.HashPolicies = [new() { Cookie = new() { Name = "session", Ttl = TimeSpan.Zero } }];
            },
            random: RandomSource.Seeded(92));
        for (int user = 0; user < 20; user++)
        {
            var session = new AffinityCookieJar();
            var endpoints = new HashSet<Uri>();
            for (int i = 0; i < 5; i++)
            {
                using HttpResponseMessage response = await client.Http.SendAsync(
                    new HttpRequestMessage(HttpMethod.Get, "items").LoadBalancing().CallerContext(session).Request,
                    TestContext.Current.CancellationToken);
                endpoints.Add(response.GetUpstream()!.Endpoint.Address);
            }

            Assert.Single(endpoints);
        }
    }

    private static BalancedClient Client(string strategy, out StubHandler stub, params HashPolicyOptions[] policies)
    {
        stub = new StubHandler();
        return new BalancedClient(
            stub,
            options =>
            {
                options.Strategy = strategy;
                options.HashPolicies = policies;
            },
            random: RandomSource.Seeded(93));
    }
}
