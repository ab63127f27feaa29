namespace LoadBalancing.Client.TestSupport;

/// <summary>The attempts that each endpoint of a cluster got in each second of a run.</summary>
public sealed class ShareRun
{
    private static readonly TimeSpan FirstResponse = TimeSpan.FromMilliseconds(100);

    private readonly long[][] _counts;

    private ShareRun(long[][] counts) => _counts = counts;

    /// <summary>The number of whole seconds.</summary>
    public int Seconds => _counts.Length;

    /// <summary>Sends calls at a constant rate and counts their attempts.</summary>
    /// <param name="clock">The clock of the calls.</param>
    /// <param name="balancer">The balancer of the cluster.</param>
    /// <param name="perSecond">The calls per second.</param>
    /// <param name="duration">The duration, in whole seconds.</param>
    /// <param name="call">Sends one call.</param>
    public static async Task<ShareRun> RunAsync(TimeProvider clock, LoadBalancer balancer, double perSecond, TimeSpan duration, Func<ValueTask> call)
    {
        var counter = new Counter(clock, balancer.Endpoints, (int)duration.TotalSeconds);
        using (balancer.Subscribe(counter))
        {
            await clock.SendAtConstantRateAsync(perSecond, duration, _ => call()).ConfigureAwait(false);
        }

        return new ShareRun(counter.Counts);
    }

    /// <summary>Runs ten virtual servers behind LeastLoad, whose first responses take 100 ms, as after a connection and a compilation.</summary>
    /// <param name="perSecond">The calls per second.</param>
    /// <param name="duration">The duration, in whole seconds.</param>
    /// <param name="latencyOf">The latency of a server by its number.</param>
    /// <param name="seed">The seed of the servers and of the balancer.</param>
    public static ShareRun RunVirtual(double perSecond, TimeSpan duration, Func<int, VirtualLatency> latencyOf, int seed)
    {
        var clock = new VirtualClock();
        var cluster = new VirtualCluster(clock, seed);
        for (int i = 0; i < 10; i++)
        {
            int number = i;
            cluster.Add(endpoint =>
            {
                endpoint.Latency = VirtualLatency.Custom(_ =>
                {
                    endpoint.Latency = latencyOf(number);
                    return FirstResponse;
                });
            });
        }

        using VirtualClient client = cluster.CreateClient(configure: static options => options.Strategy = LoadBalancingStrategies.LeastLoad);
        return clock.Run(() => RunAsync(clock, client.Balancer, perSecond, duration, async () => await client.CallAsync().ConfigureAwait(false)));
    }

    /// <summary>The attempts on each endpoint within some seconds, divided by the mean of all endpoints.</summary>
    public double[] RelativeShares(int firstSecond, int seconds)
    {
        double[] counts = [.. Enumerable.Range(0, _counts[0].Length).Select(i => (double)_counts.Skip(firstSecond).Take(seconds).Sum(second => second[i]))];
        double mean = counts.Average();
        return [.. counts.Select(count => count / mean)];
    }

    private sealed class Counter : LoadBalancerObserver
    {
        private readonly TimeProvider _clock;
        private readonly Dictionary<UpstreamEndpoint, int> _indices;
        private readonly long _start;

        public Counter(TimeProvider clock, IReadOnlyList<UpstreamEndpoint> endpoints, int seconds)
        {
            _clock = clock;
            _indices = endpoints.Select(static (endpoint, i) => (endpoint, i)).ToDictionary(static pair => pair.endpoint, static pair => pair.i);
            _start = clock.GetTimestamp();
            Counts = [.. Enumerable.Range(0, seconds).Select(_ => new long[endpoints.Count])];
        }

        public long[][] Counts { get; }

        public override void OnPicked(AttemptInfo attempt)
        {
            int second = Math.Min(Counts.Length - 1, (int)_clock.GetElapsedTime(_start).TotalSeconds);
            Interlocked.Increment(ref Counts[second][_indices[attempt.Endpoint]]);
        }
    }
}
