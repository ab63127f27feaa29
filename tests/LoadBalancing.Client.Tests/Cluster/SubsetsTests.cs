using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary>Each subset is its own cluster, over the same addresses.</summary>
public sealed class SubsetsTests : IAsyncDisposable
{
    private readonly ManualEndpointSource _source = new();
    private readonly List<ServiceProvider> _providers = [];

    public async ValueTask DisposeAsync()
    {
        foreach (ServiceProvider provider in _providers)
        {
            await provider.DisposeAsync();
        }
    }

    [Fact]
    public void Endpoints_belong_to_it_if_they_have_all_its_labels()
    {
        ILoadBalancerProvider balancers = Start(static options => options.Subsets = new Dictionary<string, SubsetOptions>
        {
            ["v1"] = Version("v1"),
            ["canary"] = new() { Labels = { ["version"] = "v2", ["track"] = "canary" } },
        });

        LoadBalancer canary = balancers.GetLoadBalancer("catalog", "Canary");

        Assert.Equal(("catalog", "canary"), (canary.ServiceName, canary.Subset));
        Assert.Equal(["10.0.0.4"], Hosts(canary));
        Assert.Equal(["10.0.0.1", "10.0.0.2"], Hosts(balancers.GetLoadBalancer("catalog", "v1")));
        Assert.Equal(["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"], Hosts(balancers.GetLoadBalancer("catalog")));
        Assert.Same(canary, balancers.GetLoadBalancer("catalog", "canary"));
    }

    [Fact]
    public void Ejections_and_their_quota_are_separate_and_in_flight_counts_belong_to_the_address()
    {
        ILoadBalancerProvider balancers = Start(TwoVersions);
        LoadBalancer v1 = balancers.GetLoadBalancer("catalog", "v1");
        LoadBalancer whole = balancers.GetLoadBalancer("catalog");
        using EndpointLease lease = v1.Pick();
        int index = v1.Endpoints.ToList().IndexOf(lease.Endpoint);

        Fail(v1, v1.Endpoints[0], 5);
        Fail(v1, v1.Endpoints[1], 5);

        Assert.Equal([EndpointHealth.Ejected, EndpointHealth.Available], v1.Endpoints.Select(static endpoint => endpoint.Health));
        Assert.All(whole.Endpoints, static endpoint => Assert.Equal(EndpointHealth.Available, endpoint.Health));
        Assert.NotSame(lease.Endpoint, whole.Endpoints[index]);
        Assert.Equal(1, whole.Endpoints[index].InFlight);
        Assert.Equal(5, whole.Endpoints[0].FailureCount);
    }

    [Fact]
    public void Its_options_replace_those_of_the_service_and_the_rest_is_inherited()
    {
        ILoadBalancerProvider balancers = Start(static options =>
        {
            TwoVersions(options);
            options.OutlierDetection.ConsecutiveErrors = 3;
            options.Subsets["v2"].OutlierDetection = new() { ConsecutiveErrors = 1 };
        });
        LoadBalancer v1 = balancers.GetLoadBalancer("catalog", "v1");
        LoadBalancer v2 = balancers.GetLoadBalancer("catalog", "v2");

        Fail(v1, v1.Endpoints[0], 2);
        Fail(v2, v2.Endpoints[0], 1);
        bool isInAfterTwo = v1.Endpoints[0].Health == EndpointHealth.Available;
        Fail(v1, v1.Endpoints[0], 1);

        Assert.True(isInAfterTwo);
        Assert.Equal(EndpointHealth.Ejected, v1.Endpoints[0].Health);
        Assert.Equal(EndpointHealth.Ejected, v2.Endpoints[0].Health);
    }

    [Fact]
    public void It_has_its_own_strategy()
    {
        ILoadBalancerProvider balancers = Start(static options =>
        {
            TwoVersions(options);
            options.Subsets["v2"].Strategy = "Maglev";
            options.Subsets["v2"].HashPolicies = [new() { Header = "x-user" }];
        });

        Assert.Equal("Maglev", balancers.GetLoadBalancer("catalog", "v2").CurrentSet!.Strategy.Name);
        Assert.Equal("RoundRobin", balancers.GetLoadBalancer("catalog", "v1").CurrentSet!.Strategy.Name);
    }

    [Fact]
    public void Updates_reach_it_and_changed_labels_move_endpoints()
    {
        ILoadBalancerProvider balancers = Start(TwoVersions, fromSource: true);
        LoadBalancer v1 = balancers.GetLoadBalancer("catalog", "v1");
        LoadBalancer v2 = balancers.GetLoadBalancer("catalog", "v2");
        _source.Push(Endpoint(1, "v1"), Endpoint(2, "v1"), Endpoint(3, "v2"));
        UpstreamEndpoint survivor = v1.Endpoints[0];
        UpstreamEndpoint mover = v1.Endpoints[1];
        Fail(v1, survivor, 5);

        _source.Push(Endpoint(1, "v1"), Endpoint(2, "v2"));

        Assert.Equal([survivor], v1.Endpoints);
        Assert.Equal(EndpointHealth.Ejected, survivor.Health);
        Assert.True(mover.IsRemoved);
        Assert.Equal(["10.0.0.2"], Hosts(v2));
    }

    [Fact]
    public void A_subset_without_endpoints_is_logged_once_and_its_exception_names_its_labels()
    {
        ILoadBalancerProvider balancers = Start(
            static options => options.Subsets["v3"] = new() { Labels = { ["version"] = "v3", ["track"] = "new" } },
            fromSource: true);
        LoadBalancer v3 = balancers.GetLoadBalancer("catalog", "v3");
        _source.Push(Endpoint(1, "v1"));
        _source.Push(Endpoint(1, "v1"), Endpoint(2, "v2"));

        var thrown = Assert.Throws<NoEndpointAvailableException>(() => v3.Pick());

        Assert.Equal("Subset 'catalog/v3' has no endpoints: no endpoint of service 'catalog' has the labels version=v3, track=new.", thrown.Message);
        Assert.Equal(("catalog", "v3"), (thrown.ServiceName, thrown.Subset));
        Assert.Equal(
            ["Subset 'catalog/v3' has no endpoints: none of the 1 endpoints of the service has the labels version=v3, track=new."],
            Logged(LogEvents.SubsetEmpty));
    }

    [Fact]
    public void Warnings_of_a_subset_are_logged_at_startup()
    {
        Start(static options =>
        {
            TwoVersions(options);
            options.Subsets["v2"].Strategy = "Maglev";
            options.Subsets["v3"] = Version("v3");
        }).GetLoadBalancer("catalog");

        Assert.Equal(
            [
                "Service 'catalog': Subset 'v2': The strategy Maglev hashes and there are no HashPolicies: every request without a hash of its own " +
                    "(LoadBalancing().HashKey, Hash) goes to any endpoint.",
                "Service 'catalog': Subset 'v3': none of the configured endpoints has its labels, version=v3.",
            ],
            Logged(LogEvents.StartupWarning));
    }

    [Fact]
    public void Before_the_first_update_its_exception_names_the_pending_source()
    {
        LoadBalancer v1 = Start(TwoVersions, fromSource: true).GetLoadBalancer("catalog", "v1");

        Assert.Equal(
            "Service 'catalog/v1' has no endpoints yet: waiting for source 'manual'.",
            Assert.Throws<NoEndpointAvailableException>(() => v1.Pick()).Message);
    }

    [Fact]
    public void Changing_labels_of_subsets_and_endpoints_together_never_empties_a_subset()
    {
        var settings = new EditableSettings
        {
            ["LoadBalancing:catalog:Endpoints:0:Address"] = "http://10.0.0.1",
            ["LoadBalancing:catalog:Endpoints:0:Labels:version"] = "v1",
            ["LoadBalancing:catalog:Subsets:stable:Labels:version"] = "v1",
        };
        IConfigurationRoot configuration = new ConfigurationBuilder().Add(settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLoadBalancedHttpClient("catalog");
        LoadBalancer stable = Build(services).GetLoadBalancer("catalog", "stable");
        UpstreamEndpoint before = stable.Endpoints[0];

        settings["LoadBalancing:catalog:Endpoints:0:Labels:version"] = "v2";
        settings["LoadBalancing:catalog:Subsets:stable:Labels:version"] = "v2";
        configuration.Reload();

        Assert.Same(before, Assert.Single(stable.Endpoints));
        Assert.Empty(Logged(LogEvents.SubsetEmpty));
    }

    [Fact]
    public async Task Limits_are_separate()
    {
        var stub = new StubHandler(StubHandler.Hang);
        using var caller = new CancellationTokenSource();
        await using var client = new BalancedClient(stub, static options =>
        {
            Endpoints(options);
            TwoVersions(options);
            (options.ConnectionPool.MaxRequests, options.ConnectionPool.MaxPendingRequests) = (1, 0);
            options.Routes = [To("a", "v1"), To("b", "v2")];
        });
        Task first = client.SendAsync(Named("a"), cancellationToken: caller.Token);
        Task second = client.SendAsync(Named("b"), cancellationToken: caller.Token);
        await stub.WaitForCallAsync(2);

        var refused = await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => client.SendAsync(
            Named("b"),
            cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(("catalog", "v2"), (refused.ServiceName, refused.Subset));
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public void Reloads_add_change_and_remove_subsets_and_a_restored_subset_is_the_same_object()
    {
        var settings = new EditableSettings
        {
            ["LoadBalancing:catalog:Endpoints:0:Address"] = "http://10.0.0.1",
            ["LoadBalancing:catalog:Endpoints:0:Labels:version"] = "v1",
            ["LoadBalancing:catalog:Endpoints:1:Address"] = "http://10.0.0.2",
            ["LoadBalancing:catalog:Endpoints:1:Labels:version"] = "v2",
            ["LoadBalancing:catalog:Subsets:v1:Labels:version"] = "v1",
        };
        IConfigurationRoot configuration = new ConfigurationBuilder().Add(settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLoadBalancedHttpClient("catalog");
        ILoadBalancerProvider balancers = Build(services);
        LoadBalancer v1 = balancers.GetLoadBalancer("catalog", "v1");

        settings["LoadBalancing:catalog:Subsets:v2:Labels:version"] = "v2";
        settings["LoadBalancing:catalog:Subsets:v1:Labels:version"] = null;
        configuration.Reload();
        string[] added = Hosts(balancers.GetLoadBalancer("catalog", "v2"));
        string removedMessage = Assert.Throws<ArgumentException>(() => balancers.GetLoadBalancer("catalog", "v1")).Message;
        string empty = Assert.Throws<NoEndpointAvailableException>(() => v1.Pick()).Message;
        settings["LoadBalancing:catalog:Subsets:v1:Labels:version"] = "v2";
        configuration.Reload();

        Assert.Equal(["10.0.0.2"], added);
        Assert.Equal("Service 'catalog' has no subset 'v1': it has v2. (Parameter 'subset')", removedMessage);
        Assert.Equal("Subset 'v1' of service 'catalog' is no longer configured.", empty);
        Assert.Same(v1, balancers.GetLoadBalancer("catalog", "v1"));
        Assert.Equal(["10.0.0.2"], Hosts(v1));
    }

    [Fact]
    public async Task All_timers_end_with_the_service()
    {
        var clock = new CountingTimeProvider();
        ILoadBalancerProvider balancers = Start(
            static options =>
            {
                TwoVersions(options);
                (options.HealthCheck.Kind, options.HealthCheck.Probe) = (HealthCheckKind.Custom, "stub");
                options.Subsets["v1"].HealthCheck = new() { Kind = HealthCheckKind.Custom, Probe = "stub", Interval = TimeSpan.FromHours(1) };
            },
            services: services => services.AddSingleton<TimeProvider>(clock).AddSingleton<IHealthProbe>(new StubProbe()));
        LoadBalancer v1 = balancers.GetLoadBalancer("catalog", "v1");
        Fail(v1, v1.Endpoints[0], 5);
        int alive = clock.TimersAlive;

        await DisposeAsync();

        Assert.True(alive > 0);
        Assert.Equal(0, clock.TimersAlive);
    }

    [Fact]
    public void Its_metrics_have_their_own_tag_and_those_of_addresses_are_reported_once()
    {
        var meters = new TestMeterFactory();
        ILoadBalancerProvider balancers = Start(TwoVersions, services: services => services.AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(meters));
        using var probe = new MetricRecorder(meters);
        LoadBalancer v1 = balancers.GetLoadBalancer("catalog", "v1");

        v1.Pick().End(AttemptOutcome.Success);
        balancers.GetLoadBalancer("catalog").Pick().End(AttemptOutcome.Success);

        Assert.Equal(["loadbalancing.cluster=catalog 1", "loadbalancing.cluster=catalog loadbalancing.subset=v1 1"], probe.Totals("picks"));
        Assert.Contains("loadbalancing.cluster=catalog loadbalancing.outcome=success loadbalancing.subset=v1 1", probe.Totals("attempts"));
        Assert.Contains("loadbalancing.cluster=catalog loadbalancing.endpoint.state=available loadbalancing.subset=v1 2", probe.Observe("endpoints"));
        Assert.Equal(4, probe.Observe("endpoint.in_flight").Count);
    }

    [Fact]
    public void Invalid_values_are_reported_with_their_key()
    {
        static void Configure(LoadBalancingOptions options)
        {
            Endpoints(options);
            options.Subsets = new Dictionary<string, SubsetOptions>
            {
                ["a b"] = new(),
                ["v1"] = new()
                {
                    Labels = { ["version"] = "v1" },
                    Strategy = "Robin",
                    Panic = new()
                    {
                        ThresholdPercent = 101,
                    },
                    ConnectionPool = new() { MaxRequests = 0, KeepAlive = { TcpRetryCount = 7 } }
                },
                ["V1"] = Version("v1"),
            };
            options.Routes =
            [
                new() { Name = "a", Destinations = [
                    new() { Subset = "v9", Weight = -1 },
                    new() { Service = "unknown", Weight = 0, RequestHeaders = new() { Remove = [""] } },
                ] },
                new() { Name = "b", Destinations = [new() { Weight = 0 }, new() { Weight = 0 }], DirectResponse = new() },
            ];
        }

        var thrown = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => Start(Configure).GetLoadBalancer("catalog"));

        Assert.Equal(
            [
                "catalog:Subsets:a b: it is not a valid subset name; use only letters, digits, hyphens, dots and underscores, like 'v2'.",
                "catalog:Subsets:a b:Labels: no label is set, or one of them has no name or no value; a subset needs at least one, like version = v2.",
                "catalog:Subsets:v1:Strategy: 'Robin' is unknown; allowed are LeastConnections, LeastLoad, LeastRequest, Maglev, Random, Rendezvous, " +
                    "RingHash, RoundRobin.",
                "catalog:Subsets:v1:Panic:ThresholdPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:Subsets:v1:ConnectionPool:MaxRequests: 0 is not allowed; it must be 1 or more.",
                "catalog:Subsets:v1:ConnectionPool:KeepAlive: a subset cannot have its own value: its connections are those of the client. Set it in the " +
                    "ConnectionPool of the service.",
                "catalog:Subsets:V1: another subset has a name that differs only in case; names must be unique.",
                "catalog:Routes:0:Destinations:0:Weight: -1 is negative; it must be a share relative to the others, 0 or more.",
                "catalog:Routes:0:Destinations:0:Subset: the service has no subset 'v9'; it has a b, v1, V1.",
                "catalog:Routes:0:Destinations:1:Service: there is no service 'unknown'. Known services: catalog.",
                "catalog:Routes:0:Destinations:1:RequestHeaders:Remove: '' is not a valid header name; write it like 'x-version'.",
                "catalog:Routes:1:Destinations: the route itself responds (Redirect, DirectResponse), so no request is sent to a destination; remove one " +
                    "of the two.",
                "catalog:Routes:1:Destinations: the weights add up to 0; the sum must be 1 to 4294967295.",
            ],
            thrown.Failures);
    }

    [Fact]
    public void A_balancer_of_an_unknown_subset_is_an_error_that_lists_the_known_ones() => Assert.Equal(
        "Service 'catalog' has no subset 'v3': it has v1, v2. (Parameter 'subset')",
        Assert.Throws<ArgumentException>(() => Start(TwoVersions).GetLoadBalancer("catalog", "v3")).Message);

    internal static void Endpoints(LoadBalancingOptions options) =>
        options.Endpoints = [Endpoint(1, "v1"), Endpoint(2, "v1"), Endpoint(3, "v2"), Endpoint(4, "v2", "canary")];

    internal static void TwoVersions(LoadBalancingOptions options)
    {
        options.Subsets["v1"] = Version("v1");
        options.Subsets["v2"] = Version("v2");
    }

    private static SubsetOptions Version(string version) => new() { Labels = { ["version"] = version } };

    private static EndpointDescription Endpoint(int number, string version, string? track = null)
    {
        var endpoint = new EndpointDescription($"http://10.0.0.{number}") { Labels = { ["version"] = version } };
        if (track is not null)
        {
            endpoint.Labels["track"] = track;
        }

        return endpoint;
    }

    private static RequestRouteOptions To(string name, string subset) =>
        new() { Name = name, Match = [new() { PathPrefix = $"/{name}" }], Destinations = [new() { Subset = subset }] };

    private static HttpRequestMessage Named(string route) => new(HttpMethod.Get, $"/{route}");

    private static string[] Hosts(LoadBalancer balancer) => [.. balancer.Endpoints.Select(static endpoint => endpoint.Address.Host)];

    private static void Fail(LoadBalancer balancer, UpstreamEndpoint endpoint, int times)
    {
        for (int i = 0; i < times; i++)
        {
            new EndpointLease(balancer, endpoint, 0).End(AttemptOutcome.Failure(FailureKind.ErrorResponse));
        }
    }

    private IEnumerable<string> Logged(int id) =>
        _providers[0].GetFakeLogCollector().GetSnapshot().Where(record => record.Id.Id == id).Select(static record => record.Message);

    private ILoadBalancerProvider Start(Action<LoadBalancingOptions> configure, bool fromSource = false, Action<IServiceCollection>? services = null)
    {
        var collection = new ServiceCollection();
        services?.Invoke(collection);
        IHttpLoadBalancingBuilder builder = collection.AddLoadBalancedHttpClient("catalog", options =>
        {
            if (!fromSource)
            {
                Endpoints(options);
            }

            configure(options);
        });
        if (fromSource)
        {
            // On this clock the source is watched when this method returns.
            collection.AddSingleton<TimeProvider>(new FakeTimeProvider());
            builder.AddEndpointSource(_source);
        }

        return Build(collection);
    }

    private ILoadBalancerProvider Build(ServiceCollection services)
    {
        services.AddLogging(static logging => logging.AddFakeLogging());
        ServiceProvider provider = services.BuildServiceProvider();
        _providers.Add(provider);
        return provider.GetRequiredService<ILoadBalancerProvider>();
    }

    /// <summary>Settings whose keys can be removed, as in a file.</summary>
    private sealed class EditableSettings : ConfigurationProvider, IConfigurationSource
    {
        public string? this[string key]
        {
            set
            {
                if (value is null)
                {
                    Data.Remove(key);
                }
                else
                {
                    Data[key] = value;
                }
            }
        }

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
    }
}
