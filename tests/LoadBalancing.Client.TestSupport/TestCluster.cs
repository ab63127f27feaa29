using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A cluster on a clock that is advanced by the test, with default options except those that a test changes.</summary>
public sealed class TestCluster : IDisposable
{
    private readonly TestMeterFactory _meters = new();
    private readonly ClusterRuntime _cluster;

    public TestCluster(int endpoints = 4, Action<LoadBalancingOptions>? configure = null, int seed = 1)
        : this([.. Enumerable.Range(1, endpoints).Select(Address)], configure, seed)
    {
    }

    /// <param name="endpoints">The endpoints.</param>
    /// <param name="configure">Changes the default options.</param>
    /// <param name="seed">The seed of the random source.</param>
    /// <param name="explainPicks">Whether each pick is logged; too slow for tests with many picks.</param>
    public TestCluster(IReadOnlyList<EndpointDescription> endpoints, Action<LoadBalancingOptions>? configure = null, int seed = 1, bool explainPicks = false)
    {
        Options = new LoadBalancingOptions();
        configure?.Invoke(Options);
        Random = RandomSource.Seeded(seed);
        Logs = new FakeLogCollector();
        Metrics = new LoadBalancingMetrics(_meters);
        var logger = new FakeLogger(Logs, "cluster");
        logger.ControlLevel(LogLevel.Debug, explainPicks);
        _cluster = new ClusterRuntime(
            new ClusterName("catalog", Subset: null),
            new EndpointSourceStates([]),
            Settings(Options),
            Time,
            Random,
            Metrics,
            logger,
            _ => Probe,
            runProbe: static probe => probe());
        if (endpoints.Count > 0)
        {
            Update(endpoints);
        }
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public LoadBalancingOptions Options { get; }

    /// <summary>The probe of health checks.</summary>
    public StubProbe Probe { get; } = new();

    public RandomSource Random { get; }

    public FakeLogCollector Logs { get; }

    public TestMeterFactory Meters => _meters;

    /// <summary>Starts recording all instruments.</summary>
    public MetricRecorder Listen() => new(_meters);

    public LoadBalancer Balancer => _cluster.Balancer;

    public IReadOnlyList<UpstreamEndpoint> Endpoints => Balancer.Endpoints;

    /// <summary>The ejected endpoints.</summary>
    public IReadOnlyList<UpstreamEndpoint> Ejected => [.. Endpoints.Where(static endpoint => endpoint.Health == EndpointHealth.Ejected)];

    /// <summary>The number of sweeps.</summary>
    public int Sweeps => _cluster.SweepCount;

    internal LoadBalancingMetrics Metrics { get; }

    public static EndpointDescription Address(int number) => $"http://10.0.{number / 250}.{number % 250}:8080";

    public void Update(IReadOnlyList<EndpointDescription> endpoints, string source = "test") => _cluster.UpdateEndpoints(source, endpoints);

    public void Configure(Action<LoadBalancingOptions> change)
    {
        change(Options);
        _cluster.Configure(Settings(Options));
    }

    /// <summary>Creates a lease on an endpoint, without the picker.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="timed">Whether its latency is measured, as some strategies require.</param>
    public EndpointLease Lease(UpstreamEndpoint endpoint, bool timed = false) => new(Balancer, endpoint, timed ? Time.GetTimestamp() : 0, timed);

    /// <summary>Makes attempts on an endpoint that fail.</summary>
    public void Fail(UpstreamEndpoint endpoint, int times = 1, FailureKind kind = FailureKind.ErrorResponse)
    {
        for (int i = 0; i < times; i++)
        {
            Lease(endpoint).End(AttemptOutcome.Failure(kind));
        }
    }

    /// <summary>Makes attempts on an endpoint that succeed, followed by attempts that fail.</summary>
    public void Serve(UpstreamEndpoint endpoint, int successes, int failures, FailureKind kind = FailureKind.ErrorResponse)
    {
        for (int i = 0; i < successes; i++)
        {
            Succeed(endpoint);
        }

        Fail(endpoint, failures, kind);
    }

    public void Succeed(UpstreamEndpoint endpoint) => Lease(endpoint).End(AttemptOutcome.Success);

    /// <summary>Picks repeatedly and counts by endpoint; leases end immediately.</summary>
    public Dictionary<UpstreamEndpoint, int> PickMany(int times)
    {
        var counts = new Dictionary<UpstreamEndpoint, int>();
        for (int i = 0; i < times; i++)
        {
            using EndpointLease lease = Balancer.Pick();
            counts[lease.Endpoint] = counts.GetValueOrDefault(lease.Endpoint) + 1;
        }

        return counts;
    }

    /// <summary>Endpoints 1, 2, ... with weights.</summary>
    public static EndpointDescription[] Weighted(params double[] weights) =>
        [.. weights.Select(static (weight, i) => new EndpointDescription(Address(i + 1).Address) { Weight = weight })];

    /// <summary>Picks once; the lease ends immediately.</summary>
    public UpstreamEndpoint PickOne(in PickContext context = default)
    {
        using EndpointLease lease = Balancer.Pick(context);
        return lease.Endpoint;
    }

    /// <summary>Creates leases on an endpoint that stay open until they are ended.</summary>
    public EndpointLease[] Occupy(UpstreamEndpoint endpoint, int leases) => [.. Enumerable.Range(0, leases).Select(_ => Lease(endpoint))];

    /// <summary>Calls the picker repeatedly and counts, in the order of the endpoints.</summary>
    public int[] Count(int picks, Func<int, PickContext>? context = null)
    {
        IEndpointPicker picker = Balancer.CurrentSet!.Picker!;
        var indices = Endpoints.Select(static (endpoint, i) => (endpoint, i)).ToDictionary(static pair => pair.endpoint, static pair => pair.i);
        int[] counts = new int[indices.Count];
        for (int i = 0; i < picks; i++)
        {
            counts[indices[picker.Pick(context?.Invoke(i) ?? default)!]]++;
        }

        return counts;
    }

    /// <summary>Advances the clock to a time since the start of the test, second by second; with a single step, all timers would fire at its end.</summary>
    public void RunTo(TimeSpan sinceStart)
    {
        DateTimeOffset end = Time.Start + sinceStart;
        while (Time.GetUtcNow() < end)
        {
            TimeSpan left = end - Time.GetUtcNow();
            Time.Advance(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Advances the clock by a time, second by second.</summary>
    public void Run(TimeSpan time) => RunTo(Time.GetUtcNow() - Time.Start + time);

    /// <summary>Disposes the cluster but not its meter, as when one of several services is removed.</summary>
    public void Stop() => _cluster.Dispose();

    public void Dispose()
    {
        _cluster.Dispose();
        _meters.Dispose();
    }

    private ClusterSettings Settings(LoadBalancingOptions options) => ClusterSettings.From(options, new StrategyRegistry([], Random, Time));
}
