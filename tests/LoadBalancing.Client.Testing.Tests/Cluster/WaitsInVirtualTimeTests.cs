using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary>Every option that makes a call wait, in virtual time: the waits are exact, and no code leaves the thread of the run.</summary>
public sealed class WaitsInVirtualTimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualClock _clock = new();
    private readonly VirtualCluster _cluster;
    private TimeSpan _probeTime = Second;

    public WaitsInVirtualTimeTests()
    {
        _cluster = new VirtualCluster(_clock);
        _cluster.AddMany(2, static endpoint => endpoint.Latency = VirtualLatency.Fixed(Second));
    }

    /// <summary>The name, the options, and the seconds that six calls take whose responses take one second each.</summary>
    public static TheoryData<string, int> Waits => new()
    {
        { "nothing", 1 },
        { "MaxRequests", 3 },
        { "MaxRequestsPerEndpoint", 3 },
        { "MaxRequests and MaxRequestsPerEndpoint", 3 },
        { "AdaptiveLimit", 3 },
        { "StartUnhealthy", 2 },
        { "Fault:Delay", 6 },
        { "Fault:Delay of each attempt", 6 },
    };

    [Theory]
    [MemberData(nameof(Waits))]
    public void Calls_wait_for_exactly_as_long_as_an_option_makes_them(string wait, int expectedSeconds)
    {
        using ServiceProvider client = Client(options => Configure(options, wait));

        _clock.Run(async () =>
        {
            HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Http(client).GetAsync("/items")));
            Assert.All(responses, static response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        });

        Assert.Equal(expectedSeconds, _clock.Elapsed.TotalSeconds, 0.001);
        Assert.All(Balancer(client).Endpoints, static endpoint => Assert.Equal(0, endpoint.InFlight));
    }

    [Fact]
    public void Picks_wait_for_permits_of_each_other()
    {
        using ServiceProvider client = Client(static options => Configure(options, "MaxRequests"));

        _clock.Run(() => Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            using EndpointLease lease = await Balancer(client).PickAsync();
            await Task.Delay(Second, _clock);
            lease.End(AttemptOutcome.Success);
        })));

        Assert.Equal(3 * Second, _clock.Elapsed);
    }

    [Theory]
    [InlineData("MaxRequests")]
    [InlineData("MaxRequestsPerEndpoint")]
    public void A_call_whose_PendingTimeout_elapses_is_refused(string wait)
    {
        using ServiceProvider client = Client(options =>
        {
            Configure(options, wait);
            options.ConnectionPool.PendingTimeout = Second / 2;
        });

        _clock.Run(async () =>
        {
            Task<HttpResponseMessage>[] calls = [.. Enumerable.Range(0, 3).Select(_ => Http(client).GetAsync("/items"))];
            await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => calls[2]);
            Assert.Equal(Second / 2, _clock.Elapsed);
            await Task.WhenAll(calls[..2]);
        });
    }

    [Theory]
    [InlineData("MaxRequests")]
    [InlineData("MaxRequestsPerEndpoint")]
    [InlineData("StartUnhealthy")]
    public void A_caller_that_gives_up_while_its_call_waits_is_released_then(string wait)
    {
        using ServiceProvider client = Client(options => Configure(options, wait));

        _clock.Run(async () =>
        {
            Task<HttpResponseMessage>[] others = [.. Enumerable.Range(0, 2).Select(_ => Http(client).GetAsync("/items"))];
            using var giveUp = new CancellationTokenSource(Second / 4, _clock);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Http(client).GetAsync("/items", giveUp.Token));
            Assert.Equal(Second / 4, _clock.Elapsed);
            await Task.WhenAll(others);
        });
    }

    [Fact]
    public void A_call_whose_Timeout_elapses_while_every_first_probe_hangs_fails_then()
    {
        _probeTime = TimeSpan.FromHours(1);
        using ServiceProvider client = Client(static options =>
        {
            Configure(options, "StartUnhealthy");
            options.HealthCheck.Timeout = 10 * Second;
            options.HealthCheck.Interval = 20 * Second;
            options.Timeout = 4 * Second;
        });

        Assert.Throws<NoEndpointAvailableException>(() => _clock.Run(() => Http(client).GetAsync("/items")));

        Assert.Equal(4, _clock.Elapsed.TotalSeconds, 0.001);
    }

    [Fact]
    public void Calls_wait_for_the_first_endpoints_of_a_source()
    {
        using ServiceProvider client = Client(static _ => { }, source: new LateSource(_clock, _cluster));

        _clock.Run(() => Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Http(client).GetAsync("/items"))));

        Assert.Equal(2 * Second, _clock.Elapsed);
    }

    private static HttpClient Http(IServiceProvider client) => client.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");

    private static LoadBalancer Balancer(IServiceProvider client) => client.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");

    private ServiceProvider Client(Action<LoadBalancingOptions> configure, IEndpointSource? source = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IHealthProbe>(new VirtualProbe(_clock, () => _probeTime));
        IHttpLoadBalancingBuilder builder = services.AddLoadBalancedHttpClient("catalog", configure).UseVirtualCluster(_cluster);
        if (source is not null)
        {
            builder.AddEndpointSource(source);
            services.PostConfigure<LoadBalancingOptions>("catalog", static options => options.Endpoints = []);
        }

        return services.BuildServiceProvider();
    }

    private static void Configure(LoadBalancingOptions options, string wait)
    {
        switch (wait)
        {
            case "MaxRequests":
                options.ConnectionPool.MaxRequests = 2;
                break;
            case "MaxRequestsPerEndpoint":
                options.ConnectionPool.MaxRequestsPerEndpoint = 1;
                break;
            case "MaxRequests and MaxRequestsPerEndpoint":
                options.ConnectionPool.MaxRequests = 4;
                options.ConnectionPool.MaxRequestsPerEndpoint = 1;
                break;
            case "AdaptiveLimit":
                options.ConnectionPool.AdaptiveLimit = new AdaptiveLimitOptions { MinLimit = 1, InitialLimit = 1, MaxLimit = 1 };
                break;
            case "StartUnhealthy":
                options.HealthCheck = new ActiveHealthCheckOptions { Kind = HealthCheckKind.Custom, Probe = "virtual", StartUnhealthy = true };
                break;
            case "Fault:Delay":
                options.Fault = new FaultOptions { Delay = new FaultDelayOptions { Percent = 100, FixedDelay = 5 * Second } };
                break;
            case "Fault:Delay of each attempt":
                options.Fault = new FaultOptions { Scope = FaultScope.Attempt, Delay = new FaultDelayOptions { Percent = 100, FixedDelay = 5 * Second } };
                break;
        }
    }

    private sealed class VirtualProbe(TimeProvider clock, Func<TimeSpan> time) : IHealthProbe
    {
        public string Name => "virtual";

        public async ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken)
        {
            await Task.Delay(time(), clock, CancellationToken.None);
            return ProbeResult.Healthy;
        }
    }

    private sealed class LateSource(TimeProvider clock, VirtualCluster cluster) : IEndpointSource
    {
        public string Name => "late";

        public async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(
            string serviceName,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Delay(Second, clock, cancellationToken);
            yield return cluster.Descriptions;
        }
    }
}
