using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary>The handler in virtual time: delays and timeouts are exact, and leaving the thread is reported.</summary>
public sealed class VirtualClientTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualClock _clock = new();
    private readonly VirtualCluster _cluster;

    public VirtualClientTests() => _cluster = new VirtualCluster(_clock);

    [Fact]
    public void Attempts_without_a_response_time_out_and_so_does_the_call()
    {
        _cluster.AddMany(3, static endpoint => endpoint.Fail(VirtualReply.NoResponse));
        using VirtualClient client = _cluster.CreateClient(configure: static options =>
        {
            options.Timeout = 10 * Second;
            options.Retry.PerTryTimeout = 4 * Second;
            options.Retry.BaseBackoff = TimeSpan.FromTicks(1);
        });

        var thrown = Assert.Throws<TaskCanceledException>(() => _clock.Run(() => client.Http.GetAsync("/items")));

        Assert.IsType<TimeoutException>(thrown.InnerException);
        Assert.InRange(_clock.Elapsed, 9.99 * Second, 10 * Second);
        Assert.Equal([1L, 1L, 1L], _cluster.Endpoints.Select(static endpoint => endpoint.Counts.Abandoned));
    }

    [Fact]
    public void Attempt_is_in_flight_until_its_body_has_been_read()
    {
        _cluster.Add(static endpoint => endpoint.Reply = static _ => VirtualReply.Ok.WithBody("0123456789", 4 * Second));
        using VirtualClient client = _cluster.CreateClient();

        _clock.Run(async () =>
        {
            Task<string> reading = client.Http.GetStringAsync("/items");
            await Task.Delay(2 * Second, _clock);
            Assert.Equal(1, client.Balancer.Endpoints[0].InFlight);
            Assert.Equal("0123456789", await reading);
            Assert.Equal(0, client.Balancer.Endpoints[0].InFlight);
        });
    }

    [Fact]
    public void Upload_is_read_once()
    {
        _cluster.Add();
        using VirtualClient client = _cluster.CreateClient();
        var body = new CountingContent();

        _clock.Run(() => client.Http.PostAsync("/items", body));

        Assert.Equal(1, body.Reads);
    }

    [Fact]
    public void Requests_that_wait_for_a_source_stay_on_the_thread_of_the_run()
    {
        _cluster.Add();
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", static _ => { }).UseVirtualCluster(_cluster).AddEndpointSource(new LateSource(_clock));
        services.PostConfigure<LoadBalancingOptions>("catalog", static options => options.Endpoints = []);
        using ServiceProvider provider = services.BuildServiceProvider();
        HttpClient http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");

        HttpResponseMessage[] responses = _clock.Run(() => Task.WhenAll(http.GetAsync("/items"), http.GetAsync("/items")));

        Assert.All(responses, static response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Fact]
    public void Clients_eject_endpoints_independently()
    {
        _cluster.AddMany(10);
        using VirtualClient one = _cluster.CreateClient();
        using VirtualClient two = _cluster.CreateClient();
        _cluster.Endpoints[0].Fail(HttpStatusCode.InternalServerError);

        _clock.Run(async () =>
        {
            for (int i = 0; i < 60; i++)
            {
                await one.CallAsync();
            }
        });

        Assert.Equal(EndpointHealth.Ejected, one.Balancer.Endpoints[0].Health);
        Assert.Equal(EndpointHealth.Available, two.Balancer.Endpoints[0].Health);
    }

    [Fact]
    public void Disposing_a_client_disposes_its_timers()
    {
        _cluster.AddMany(3, static endpoint => endpoint.Fail(HttpStatusCode.ServiceUnavailable, 50));
        using (VirtualClient client = _cluster.CreateClient())
        {
            _clock.Run(() => _clock.SendAtConstantRateAsync(perSecond: 50, 20 * Second, async _ => (await client.Http.GetAsync("/items")).Dispose()));
        }

        Assert.Equal((0, 0), (_clock.TimersAlive, _clock.TimersArmed));
    }

    private sealed class LateSource(TimeProvider clock) : IEndpointSource
    {
        public string Name => "late";

        public async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(
            string serviceName,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Delay(Second, clock, cancellationToken);
            yield return ["http://10.0.0.1"];
        }
    }

    private sealed class CountingContent : HttpContent
    {
        public int Reads { get; private set; }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            Reads++;
            return Task.CompletedTask;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
