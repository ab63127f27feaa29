using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.TestSupport;

/// <summary>One cluster on a clock that stands still until it is told otherwise, with everything at its default except what a test names.</summary>
public sealed class TestCluster : IDisposable
{
    private readonly TestMeterFactory _meters = new();
    private readonly ClusterRuntime _cluster;

    public TestCluster(int endpoints = 4, Action<LoadBalancingOptions>? configure = null, int seed = 1)
        : this([.. Enumerable.Range(1, endpoints).Select(Address)], configure, seed)
    {
    }

    /// <param name="endpoints">The endpoints.</param>
    /// <param name="configure">What differs from the defaults.</param>
    /// <param name="seed">Of the randomness.</param>
    /// <param name="explainPicks">Whether each pick is logged: too much for tests that pick very often.</param>
    public TestCluster(IReadOnlyList<EndpointDescription> endpoints, Action<LoadBalancingOptions>? configure = null, int seed = 1, bool explainPicks = false)
    {
        Options = new LoadBalancingOptions();
        configure?.Invoke(Options);
        Random = RandomSource.Seeded(seed);
        Logs = new FakeLogCollector();
        Metrics = new LoadBalancingMetrics(_meters);
        var logger = new FakeLogger(Logs, "cluster");
        logger.ControlLevel(LogLevel.Debug, explainPicks);
        _cluster = new ClusterRuntime(new ClusterName("catalog", Subset: null), sources: "", Settings(Options), Time, Random, Metrics, logger, _ => Probe, runProbe: static probe => probe());
        if (endpoints.Count > 0)
        {
            Update(endpoints);
        }
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public LoadBalancingOptions Options { get; }

    /// <summary>What active checks ask.</summary>
    public StubProbe Probe { get; } = new();

    public RandomSource Random { get; }

    public FakeLogCollector Logs { get; }

    public TestMeterFactory Meters => _meters;

    /// <summary>Listens to all instruments from now on.</summary>
    public MetricRecorder Listen() => new(_meters);

    public LoadBalancer Balancer => _cluster.Balancer;

    public IReadOnlyList<UpstreamEndpoint> Endpoints => Balancer.Endpoints;

    /// <summary>The endpoints that are out.</summary>
    public IReadOnlyList<UpstreamEndpoint> Ejected => [.. Endpoints.Where(static endpoint => endpoint.Health == EndpointHealth.Ejected)];

    /// <summary>How many sweeps there were.</summary>
    public int Sweeps => _cluster.SweepCount;

    internal LoadBalancingMetrics Metrics { get; }

    public static EndpointDescription Address(int number) => $"http://10.0.{number / 250}.{number % 250}:8080";

    public void Update(IReadOnlyList<EndpointDescription> endpoints, string source = "test") => _cluster.UpdateEndpoints(source, endpoints);

    public void Configure(Action<LoadBalancingOptions> change)
    {
        change(Options);
        _cluster.Configure(Settings(Options));
    }

    /// <summary>A lease on one endpoint, whatever the picker would say.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="timed">Whether its latency is measured, if the strategy wants that.</param>
    public EndpointLease Lease(UpstreamEndpoint endpoint, bool timed = false) => new(Balancer, endpoint, timed ? Time.GetTimestamp() : 0, timed);

    /// <summary>Attempts on one endpoint that fail, one after the other.</summary>
    public void Fail(UpstreamEndpoint endpoint, int times = 1, FailureKind kind = FailureKind.ErrorResponse)
    {
        for (int i = 0; i < times; i++)
        {
            Lease(endpoint).End(AttemptOutcome.Failure(kind));
        }
    }

    /// <summary>Attempts on one endpoint, first those that go well and then those that fail.</summary>
    public void Serve(UpstreamEndpoint endpoint, int successes, int failures, FailureKind kind = FailureKind.ErrorResponse)
    {
        for (int i = 0; i < successes; i++)
        {
            Succeed(endpoint);
        }

        Fail(endpoint, failures, kind);
    }

    public void Succeed(UpstreamEndpoint endpoint) => Lease(endpoint).End(AttemptOutcome.Success);

    /// <summary>Picks so many times and counts by endpoint; the leases end at once.</summary>
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

    /// <summary>Endpoints 1, 2, ... of these weights.</summary>
    public static EndpointDescription[] Weighted(params double[] weights) =>
        [.. weights.Select(static (weight, i) => new EndpointDescription(Address(i + 1).Address) { Weight = weight })];

    /// <summary>What a pick yields; its lease ends at once.</summary>
    public UpstreamEndpoint PickOne(in PickContext context = default)
    {
        using EndpointLease lease = Balancer.Pick(context);
        return lease.Endpoint;
    }

    /// <summary>Takes leases on an endpoint that stay until they are ended.</summary>
    public EndpointLease[] Occupy(UpstreamEndpoint endpoint, int leases) => [.. Enumerable.Range(0, leases).Select(_ => Lease(endpoint))];

    /// <summary>Calls the picker itself so many times and counts, in the order of the endpoints.</summary>
    public int[] Count(int picks, Func<int, PickContext>? context = null)
    {
        IEndpointPicker picker = Balancer.CurrentSet!.Picker!;
        var places = Endpoints.Select(static (endpoint, i) => (endpoint, i)).ToDictionary(static pair => pair.endpoint, static pair => pair.i);
        int[] counts = new int[places.Count];
        for (int i = 0; i < picks; i++)
        {
            counts[places[picker.Pick(context?.Invoke(i) ?? default)!]]++;
        }

        return counts;
    }

    /// <summary>Lets the clock run to a time since the start of the test, second by second: one leap would make every timer on the way fire at its end.</summary>
    public void RunTo(TimeSpan sinceStart)
    {
        DateTimeOffset end = Time.Start + sinceStart;
        while (Time.GetUtcNow() < end)
        {
            TimeSpan left = end - Time.GetUtcNow();
            Time.Advance(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Lets the clock run on, second by second.</summary>
    public void Run(TimeSpan time) => RunTo(Time.GetUtcNow() - Time.Start + time);

    /// <summary>Ends the cluster and leaves its meter, as when one service of several ends.</summary>
    public void Stop() => _cluster.Dispose();

    public void Dispose()
    {
        _cluster.Dispose();
        _meters.Dispose();
    }

    private ClusterSettings Settings(LoadBalancingOptions options) => ClusterSettings.From(options, new StrategyRegistry([], Random, Time));
}
