using System.Net;

namespace LoadBalancing.Client.Tests.Cluster;

public sealed class VirtualEndpointTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualClock _clock = new();
    private readonly VirtualCluster _cluster;
    private VirtualClient? _client;

    public VirtualEndpointTests() => _cluster = new VirtualCluster(_clock);

    [Fact]
    public void Requests_above_the_concurrency_limit_are_queued_and_above_the_queue_limit_rejected()
    {
        VirtualEndpoint endpoint = Add(static e => (e.Latency, e.ConcurrencyLimit, e.QueueLimit) = (VirtualLatency.Fixed(Second), 2, 3));

        (HttpStatusCode Status, double Seconds)[] responses = GetMany(6);

        Assert.Equal(
            [
                (HttpStatusCode.OK, 1),
                (HttpStatusCode.OK, 1),
                (HttpStatusCode.OK, 2),
                (HttpStatusCode.OK, 2),
                (HttpStatusCode.OK, 3),
                (HttpStatusCode.ServiceUnavailable, 0),
            ],
            responses);
        Assert.Equal((6L, 6L, 1L), (endpoint.Counts.Received, endpoint.Counts.Responded, endpoint.Counts.Rejected));
        Assert.Equal((2, 3), (endpoint.Counts.MaxActive, endpoint.Counts.MaxQueued));
        Assert.Equal((0, 0), (endpoint.Counts.Active, endpoint.Counts.Queued));
        Assert.Equal((5L, 1L), (endpoint.Counts.CountOf(HttpStatusCode.OK), endpoint.Counts.CountOf(HttpStatusCode.ServiceUnavailable)));
    }

    [Fact]
    public void Timed_out_request_leaves_the_queue_without_changing_the_order()
    {
        VirtualEndpoint endpoint = Add(static e => (e.Latency, e.ConcurrencyLimit) = (VirtualLatency.Fixed(Second), 1));
        List<int> ended = [];

        _clock.Run(async () =>
        {
            Task[] calls = [.. Enumerable.Range(0, 4).Select(CallAsync)];
            await Task.WhenAll(calls);

            async Task CallAsync(int number)
            {
                // The second call times out; a fifth one reuses its exchange and has to queue at the end.
                AttemptOutcome outcome = await _cluster.CallAsync(Upstream(), number == 1 ? Second / 2 : null);
                ended.Add(number);
                if (number == 1)
                {
                    Assert.Equal(FailureKind.Timeout, outcome.FailureKind);
                    await CallAsync(5);
                }
            }
        });

        Assert.Equal([1, 0, 2, 3, 5], ended);
        Assert.Equal((1L, 4L), (endpoint.Counts.Abandoned, endpoint.Counts.Responded));
    }

    [Fact]
    public void Killed_endpoint_aborts_requests_and_refuses_connections_until_it_is_restarted()
    {
        VirtualEndpoint endpoint = Add(static e => e.Latency = VirtualLatency.Fixed(10 * Second));
        _clock.Schedule(Second, endpoint.Kill);
        _clock.Schedule(3 * Second, endpoint.Restart);
        var errors = new List<HttpRequestError>();

        _clock.Run(async () =>
        {
            await FailAsync(errors);
            Assert.Equal(Second, _clock.Elapsed);
            await FailAsync(errors);
            await Task.Delay(3 * Second, _clock);
            using HttpResponseMessage response = await Client().GetAsync("/");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        });

        Assert.Equal([HttpRequestError.ResponseEnded, HttpRequestError.ConnectionError], errors);
        Assert.Equal((1L, 1L, 2L), (endpoint.Counts.Aborted, endpoint.Counts.ConnectionsRefused, endpoint.Counts.Received));
    }

    [Fact]
    public void Latency_decreases_during_the_warm_up()
    {
        VirtualEndpoint endpoint = Add(static e => e.Latency = VirtualLatency.Fixed(Second));
        endpoint.Kill();
        endpoint.Restart(TimeSpan.FromSeconds(20), slowdown: 5);
        List<double> latencies = [];

        _clock.Run(async () =>
        {
            for (int i = 0; i < 8; i++)
            {
                TimeSpan start = _clock.Elapsed;
                await _cluster.CallAsync(Upstream());
                latencies.Add(Math.Round((_clock.Elapsed - start).TotalSeconds, 2));
            }
        });

        Assert.Equal([5, 4, 3.2, 2.56, 2.05, 1.64, 1.31, 1.05], latencies);
    }

    [Fact]
    public void Silent_endpoint_times_out_with_the_caller()
    {
        VirtualEndpoint endpoint = Add(static e => e.Fail(VirtualReply.NoResponse));

        _clock.Run(async () =>
        {
            using var stop = new CancellationTokenSource(5 * Second, _clock);
            await Assert.ThrowsAsync<TaskCanceledException>(() => Client().GetAsync("/", stop.Token));
        });

        Assert.Equal((5 * Second, 1L, 0L), (_clock.Elapsed, endpoint.Counts.Abandoned, endpoint.Counts.Responded));
    }

    [Fact]
    public void Body_is_delayed_after_the_headers()
    {
        Add(static e => e.Reply = static _ => VirtualReply.Ok.WithBody("0123456789", 4 * Second));

        string text = _clock.Run(async () =>
        {
            using HttpResponseMessage response = await Client().GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(0.001, _clock.Elapsed.TotalSeconds);
            Assert.Equal(10, response.Content.Headers.ContentLength);
            return await response.Content.ReadAsStringAsync();
        });

        Assert.Equal(("0123456789", 4.001), (text, _clock.Elapsed.TotalSeconds));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Body_is_truncated_by_its_reply_or_by_a_kill(bool byReply)
    {
        VirtualReply reply = VirtualReply.Ok.WithBody("0123456789", 4 * Second);
        VirtualEndpoint endpoint = Add(e => e.Reply = _ => byReply ? reply.WithTruncatedBody() : reply);
        if (!byReply)
        {
            _clock.Schedule(3 * Second, endpoint.Kill);
        }

        _clock.Run(async () =>
        {
            using HttpResponseMessage response = await Client().GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
            using Stream body = await response.Content.ReadAsStreamAsync();
            byte[] buffer = new byte[100];
            Assert.Equal(5, await body.ReadAsync(buffer));
            await Assert.ThrowsAsync<HttpIOException>(() => body.ReadAsync(buffer).AsTask());
        });
    }

    [Fact]
    public void Faults_affect_their_share_until_recovery()
    {
        VirtualEndpoint endpoint = Add(static e => e.Latency = VirtualLatency.None);
        endpoint.Fail(HttpStatusCode.BadGateway, 20).Fail(VirtualReply.Reset, 10);
        var outcomes = new Dictionary<FailureKind, int>();

        _clock.Run(async () =>
        {
            for (int i = 0; i < 5000; i++)
            {
                FailureKind kind = (await _cluster.CallAsync(Upstream())).FailureKind;
                outcomes[kind] = outcomes.GetValueOrDefault(kind) + 1;
            }

            endpoint.Recover();
            Assert.True((await _cluster.CallAsync(Upstream())).IsSuccess);
        });

        // 5000 draws, seed 1: 20 % and a tenth of the rest, within three standard deviations.
        Assert.InRange(outcomes[FailureKind.Gateway], 915, 1085);
        Assert.InRange(outcomes[FailureKind.Reset], 340, 460);
    }

    [Fact]
    public void Latencies_have_their_distribution()
    {
        RandomSource random = RandomSource.Seeded(3);
        double[] lognormal = Draw(VirtualLatency.LogNormal(Second, 10 * Second));
        double[] exponential = Draw(VirtualLatency.Exponential(Second));
        double[] uniform = Draw(VirtualLatency.Uniform(Second, 3 * Second));
        double[] mixed = Draw(VirtualLatency.Fixed(Second).WithShare(5, VirtualLatency.Fixed(Second).ScaledBy(4)));

        // 20,000 draws of seed 3.
        Assert.InRange(lognormal[10_000], 0.96, 1.04);
        Assert.InRange(lognormal[19_800], 9, 11.2);
        Assert.InRange(exponential.Average(), 0.97, 1.03);
        Assert.InRange(uniform[0], 1, 1.01);
        Assert.InRange(uniform[^1], 2.99, 3);
        Assert.InRange(mixed.Count(static seconds => seconds == 4), 900, 1100);

        double[] Draw(VirtualLatency latency) => [.. Enumerable.Range(0, 20_000).Select(_ => latency.Draw(random).TotalSeconds).Order()];
    }

    [Fact]
    public void Draws_of_an_endpoint_do_not_depend_on_others()
    {
        static TimeSpan Elapsed(int others)
        {
            var clock = new VirtualClock();
            var cluster = new VirtualCluster(clock, seed: 5);
            VirtualEndpoint first = cluster.Add(static e => e.Latency = VirtualLatency.Exponential(Second));
            cluster.AddMany(others);
            using VirtualClient client = cluster.CreateClient();
            clock.Run(async () =>
            {
                for (int i = 0; i < 10; i++)
                {
                    await cluster.CallAsync(client.Balancer.Endpoints[0]);
                }
            });
            Assert.Equal(10, first.Counts.Received);
            return clock.Elapsed;
        }

        Assert.Equal(Elapsed(others: 0), Elapsed(others: 7));
    }

    [Fact]
    public void Unknown_address_fails_like_an_unresolvable_host()
    {
        Add();
        using var http = new HttpClient(_cluster.CreateHandler());

        _clock.Run(async () =>
        {
            var thrown = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("http://elsewhere/"));
            Assert.Equal(HttpRequestError.NameResolutionError, thrown.HttpRequestError);
        });
    }

    [Fact]
    public void Synchronous_call_works_only_without_latency()
    {
        VirtualEndpoint endpoint = Add(static e => e.Latency = VirtualLatency.None);
        using var http = new HttpClient(_cluster.CreateHandler()) { BaseAddress = endpoint.Address, Timeout = Timeout.InfiniteTimeSpan };

        using (HttpResponseMessage response = http.Send(new HttpRequestMessage(HttpMethod.Get, "/")))
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        endpoint.Latency = VirtualLatency.Fixed(Second);
        NotSupportedException exception = Assert.Throws<NotSupportedException>(() => http.Send(new HttpRequestMessage(HttpMethod.Get, "/")));
        Assert.Contains("VirtualLatency.None", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Concurrent_calls_are_counted_on_the_system_clock()
    {
        var cluster = new VirtualCluster(TimeProvider.System);
        VirtualEndpoint endpoint = cluster.Add(static e =>
        {
            e.ConcurrencyLimit = 8;
            e.Latency = VirtualLatency.Uniform(TimeSpan.Zero, TimeSpan.FromMilliseconds(2));
        });
        using VirtualClient client = cluster.CreateClient();
        using var cancellation = new CancellationTokenSource();

        await Parallel.ForAsync(0, 500, TestContext.Current.CancellationToken, async (number, _) =>
        {
            if (number == 250)
            {
                await cancellation.CancelAsync();
            }

            try
            {
                await cluster.CallAsync(client.Balancer.Endpoints[0], cancellationToken: number % 5 == 0 ? cancellation.Token : CancellationToken.None);
            }
            catch (OperationCanceledException) when (number % 5 == 0)
            {
                // Cancelled before it was received, or after.
            }
        });

        Assert.Equal(endpoint.Counts.Received, endpoint.Counts.Responded + endpoint.Counts.Abandoned);
        Assert.InRange(endpoint.Counts.Received, 400, 500);
        Assert.Equal((0, 0), (endpoint.Counts.Active, endpoint.Counts.Queued));
        Assert.InRange(endpoint.Counts.MaxActive, 1, 8);
    }

    [Fact]
    public void Invalid_values_are_reported()
    {
        Add();

        Assert.Throws<ArgumentException>(() => _cluster.AddAt("http://10.0.0.1"));
        Assert.Throws<ArgumentException>(() => _cluster.AddAt("10.0.0.1:80"));
        Assert.Contains("10.0.0.1", Assert.Throws<ArgumentException>(() => _cluster["http://10.0.0.9"]).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => _cluster.Endpoints[0].Fail(VirtualReply.Reset, 101));
        Assert.Throws<ArgumentOutOfRangeException>(() => VirtualReply.FromHttpStatusCode((HttpStatusCode)100));
        Assert.Throws<InvalidOperationException>(() => VirtualReply.Ok.WithTruncatedBody());
    }

    public void Dispose() => _client?.Dispose();

    private VirtualEndpoint Add(Action<VirtualEndpoint>? configure = null) => _cluster.Add(configure);

    private HttpClient Client() => new(_cluster.CreateHandler()) { BaseAddress = _cluster.Endpoints[0].Address, Timeout = Timeout.InfiniteTimeSpan };

    private UpstreamEndpoint Upstream() => (_client ??= _cluster.CreateClient()).Balancer.Endpoints[0];

    private async Task FailAsync(List<HttpRequestError> errors) =>
        errors.Add((await Assert.ThrowsAsync<HttpRequestException>(() => Client().GetAsync("/"))).HttpRequestError);

    private (HttpStatusCode Status, double Seconds)[] GetMany(int count) => _clock.Run(() => Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
    {
        using HttpResponseMessage response = await Client().GetAsync("/");
        return (response.StatusCode, Math.Round(_clock.Elapsed.TotalSeconds, 3));
    })));
}
