using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary>A strategy that throws while it builds a picker.</summary>
public sealed class PublishFailureTests : IAsyncDisposable
{
    private readonly VirtualClock _clock = new();
    private readonly StubProbe _probe = new();
    private readonly FakeLogCollector _logs = new();
    private readonly FailingStrategy _strategy = new();
    private ServiceProvider? _provider;

    public async ValueTask DisposeAsync()
    {
        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }
    }

    [Fact]
    public void The_last_good_set_stays_and_a_later_build_replaces_it()
    {
        LoadBalancer balancer = Start(static options => options.Strategy = "failing");
        EndpointSet first = balancer.CurrentSet!;

        _strategy.Fails = true;
        Eject(balancer);
        EndpointSet second = balancer.CurrentSet!;
        _strategy.Fails = false;
        Eject(balancer);

        Assert.Same(first, second);
        Assert.NotSame(first, balancer.CurrentSet);
        Assert.Equal(3, _strategy.Builds);
        FakeLogRecord log = Assert.Single(_logs.GetSnapshot(), static log => log.Id.Id == LogEvents.BackgroundFailed);
        Assert.Equal("The table is full.", log.Exception!.Message);
    }

    [Fact]
    public void A_first_build_that_throws_reaches_the_caller_leaves_no_timer_and_the_next_use_starts_again()
    {
        _strategy.Fails = true;

        var thrown = Assert.Throws<InvalidOperationException>(() => Start(options =>
        {
            options.Strategy = "failing";
            options.OutlierDetection.WindowedSuccessRate = new();
            (options.HealthCheck.Kind, options.HealthCheck.Probe) = (HealthCheckKind.Custom, "stub");
        }));
        int alive = _clock.TimersAlive;
        _strategy.Fails = false;
        LoadBalancer balancer = _provider!.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");

        Assert.Equal("The table is full.", thrown.Message);
        Assert.Equal(0, alive);
        Assert.Equal(3, balancer.Endpoints.Count);
    }

    [Fact]
    public void A_first_build_of_a_subset_that_throws_leaves_no_timer()
    {
        _strategy.Fails = true;

        Assert.Throws<InvalidOperationException>(() => Start(static options =>
        {
            options.HealthCheck.Kind = HealthCheckKind.Custom;
            options.HealthCheck.Probe = "stub";
            options.Subsets["all"] = new() { Strategy = "failing", Labels = { ["version"] = "v1" } };
        }));

        Assert.Equal(0, _clock.TimersAlive);
    }

    [Fact]
    public void A_reload_that_the_strategy_refuses_changes_nothing()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();
        LoadBalancer balancer = Start(options =>
        {
            options.Strategy = configuration["Strategy"] ?? "RoundRobin";
            options.OutlierDetection.ConsecutiveErrors = configuration["Strategy"] is null ? 1 : 100;
        }, configuration);
        EndpointSet first = balancer.CurrentSet!;
        _strategy.Fails = true;

        configuration["Strategy"] = "failing";
        configuration.Reload();
        Eject(balancer);

        Assert.Equal("RoundRobin", balancer.CurrentSet!.Strategy.Name);
        Assert.NotSame(first, balancer.CurrentSet);
        FakeLogRecord rejection = Assert.Single(_logs.GetSnapshot(), static log => log.Id.Id == LogEvents.ReloadRejected);
        Assert.Contains("The table is full.", rejection.Message, StringComparison.Ordinal);
    }

    private LoadBalancer Start(Action<LoadBalancingOptions> configure, IConfiguration? watched = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs)));
        services.AddSingleton<TimeProvider>(_clock).AddSingleton<ILoadBalancingStrategy>(_strategy).AddSingleton<IHealthProbe>(_probe);
        ILoadBalancingBuilder builder = services.AddLoadBalancer("catalog", options =>
        {
            options.Endpoints = [Endpoint(1), Endpoint(2), Endpoint(3)];
            options.OutlierDetection.ConsecutiveErrors = 1;
            options.OutlierDetection.MaxEjectionPercent = 100;
            configure(options);
        });
        if (watched is not null)
        {
            builder.Configure(static (_, _) => { }, _ => watched.GetReloadToken());
        }

        _provider = services.BuildServiceProvider();
        return _provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
    }

    private static EndpointDescription Endpoint(int number) => new($"tcp://10.0.0.{number}:80") { Labels = { ["version"] = "v1" } };

    private void Eject(LoadBalancer balancer)
    {
        balancer.Pick().End(AttemptOutcome.Failure(FailureKind.ErrorResponse));
        _clock.Advance(TimeSpan.Zero);
    }

    private sealed class FailingStrategy : ILoadBalancingStrategy
    {
        public bool Fails { get; set; }

        public int Builds { get; private set; }

        public string Name => "failing";

        public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous)
        {
            Builds++;
            return Fails ? throw new InvalidOperationException("The table is full.") : new First(level.Endpoints);
        }
    }

    private sealed class First(IReadOnlyList<UpstreamEndpoint> endpoints) : IEndpointPicker
    {
        public UpstreamEndpoint? Pick(in PickContext context) => endpoints.FirstOrDefault(static endpoint => endpoint.IsAvailable);
    }
}
