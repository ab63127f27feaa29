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
        _cluster = new ClusterRuntime("catalog", Settings(Options), Time, Random, Metrics, logger, _ => Probe, static probe => probe());
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
    public MeterProbe Listen() => new(_meters);

    public LoadBalancer Balancer => _cluster.Balancer;

    public IReadOnlyList<UpstreamEndpoint> Endpoints => Balancer.Endpoints;

    /// <summary>The endpoints that are out.</summary>
    public IReadOnlyList<UpstreamEndpoint> Ejected => [.. Endpoints.Where(static endpoint => endpoint.Health == EndpointHealth.Ejected)];

    /// <summary>How many sweeps there were.</summary>
    public int Sweeps => _cluster.Sweeps;

    internal LoadBalancingMetrics Metrics { get; }

    public static EndpointDescription Address(int number) => $"http://10.0.0.{number}:8080";

    public void Update(IReadOnlyList<EndpointDescription> endpoints, string source = "test") => _cluster.UpdateEndpoints(source, endpoints);

    public void Configure(Action<LoadBalancingOptions> change)
    {
        change(Options);
        _cluster.Configure(Settings(Options));
    }

    /// <summary>A lease on one endpoint, whatever the picker would say.</summary>
    public EndpointLease Lease(UpstreamEndpoint endpoint) => new(Balancer, endpoint, startedAt: 0);

    /// <summary>Attempts on one endpoint that fail, one after the other.</summary>
    public void Fail(UpstreamEndpoint endpoint, int times = 1, FailureKind kind = FailureKind.Answered)
    {
        for (int i = 0; i < times; i++)
        {
            Lease(endpoint).End(AttemptOutcome.Failure(kind));
        }
    }

    /// <summary>Attempts on one endpoint, first those that go well and then those that fail.</summary>
    public void Serve(UpstreamEndpoint endpoint, int successes, int failures, FailureKind kind = FailureKind.Answered)
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

    private ClusterSettings Settings(LoadBalancingOptions options) => ClusterSettings.From(options, new StrategyRegistry([], Random));
}
