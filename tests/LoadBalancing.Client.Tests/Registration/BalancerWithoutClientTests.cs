using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Registration;

/// <summary><c>AddLoadBalancer</c>: a cluster without HTTP. Options that have no effect without it are rejected.</summary>
public sealed class BalancerWithoutClientTests
{
    private const string Why = "it applies to HTTP only, and the service is registered with AddLoadBalancer, without a client";

    public static TheoryData<string, Action<LoadBalancingOptions>> Unused => new()
    {
        { "Timeout", static options => options.Timeout = TimeSpan.FromSeconds(1) },
        { "TimeoutCoversBody", static options => options.TimeoutCoversBody = true },
        { "BodyIdleTimeout", static options => options.BodyIdleTimeout = TimeSpan.FromSeconds(1) },
        { "Retry", static options => options.Retry.MaxRetries = 1 },
        { "Retry", static options => options.Retry.RetryOn = ["reset"] },
        { "RetryBudget", static options => options.RetryBudget.Percent = 10 },
        { "ConnectionPool:MaxConcurrentRetries", static options => options.ConnectionPool.MaxConcurrentRetries = 1 },
        { "ConnectionPool:MaxConnections", static options => options.ConnectionPool.MaxConnections = 1 },
        { "ConnectionPool:ConnectTimeout", static options => options.ConnectionPool.ConnectTimeout = TimeSpan.FromSeconds(1) },
        { "ConnectionPool:IdleTimeout", static options => options.ConnectionPool.IdleTimeout = TimeSpan.FromSeconds(1) },
        { "ConnectionPool:MaxRequestsPerConnection", static options => options.ConnectionPool.MaxRequestsPerConnection = 1 },
        { "ConnectionPool:KeepAlive", static options => options.ConnectionPool.KeepAlive.TcpTime = TimeSpan.FromSeconds(5) },
        { "Routes", static options => options.Routes = [new RequestRouteOptions { Name = "all" }] },
        { "Hosts", static options => options.Hosts = ["smtp"] },
        { "UnmatchedHost", static options => options.UnmatchedHost = UnmatchedHostBehavior.Reject },
        { "SessionAffinity", static options => options.SessionAffinity = new SessionAffinityOptions { Keys = [Convert.ToBase64String(new byte[32])] } },
        { "Fault", static options => options.Fault = new FaultOptions { Delay = new FaultDelayOptions { FixedDelay = TimeSpan.FromSeconds(1) } } },
        { "FollowRedirects", static options => options.FollowRedirects = false },
        { "OutlierDetection:ErrorStatuses", static options => options.OutlierDetection.ErrorStatuses = ["500-599"] },
        {
            "HashPolicies", static options =>
            {
                options.Strategy = LoadBalancingStrategies.Maglev;
                options.HashPolicies = [new HashPolicyOptions { Header = "x-user" }];
            }
        },
    };

    /// <summary>The options that picks use, whatever the protocol.</summary>
    private static string[] OfPicks =>
    [
        "Endpoints", "EmptyUpdate", "Subsets", "Subsetting", "Strategy", "LeastRequest", "LeastLoad", "ConsistentHash",
        "Locality", "SlowStart", "OutlierDetection", "HealthCheck", "Panic",
        "ConnectionPool:MaxRequests", "ConnectionPool:MaxPendingRequests", "ConnectionPool:PendingTimeout",
        "ConnectionPool:MaxRequestsPerEndpoint", "ConnectionPool:AdaptiveLimit",
    ];

    [Fact]
    public void Every_option_is_either_used_by_picks_or_rejected()
    {
        IEnumerable<string> options = typeof(LoadBalancingOptions)
            .GetProperties()
            .Select(static property => property.Name)
            .Where(static name => name != "ConnectionPool");
        IEnumerable<string> ofPool = typeof(ConnectionPoolOptions).GetProperties().Select(static property => $"ConnectionPool:{property.Name}");

        // A part of an option may be rejected while the rest is accepted.
        IEnumerable<string> refused = Unused.Select(static row => row.Data.Item1).Where(static key => key != "OutlierDetection:ErrorStatuses");

        Assert.Equal(options.Concat(ofPool).Order(StringComparer.Ordinal), refused.Distinct().Concat(OfPicks).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Unused))]
    public void Options_for_http_only_are_rejected(string key, Action<LoadBalancingOptions> configure)
    {
        string error = Assert.Single(ErrorsOf(configure));

        Assert.StartsWith($"smtp:{key}: {Why}: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_error_of_retries_names_what_to_use_instead() => Assert.Equal(
        $"smtp:Retry: {Why}: to retry on another endpoint, pick again with PickContext.TriedEndpoints.",
        Assert.Single(ErrorsOf(static options => options.Retry.MaxRetries = 1)));

    [Fact]
    public void The_same_options_are_accepted_with_a_client()
    {
        var services = new ServiceCollection();
        IHttpLoadBalancingBuilder client = services.AddLoadBalancedHttpClient("smtp", static options => options.Endpoints = ["http://10.0.0.1"]);
        foreach ((_, Action<LoadBalancingOptions> configure) in Unused.Select(static row => row.Data))
        {
            client.Configure(configure);
        }

        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Single(provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("smtp").Endpoints);
    }

    [Theory]
    [InlineData(
        "tcp://10.0.0.1:25",
        HealthCheckKind.Http,
        "Http sends probes over HTTP, which 'tcp://10.0.0.1:25' does not support; set Tcp, or Custom with your own IHealthProbe.")]
    [InlineData(
        "tcp://10.0.0.1:25",
        HealthCheckKind.Grpc,
        "Grpc sends probes over HTTP, which 'tcp://10.0.0.1:25' does not support; set Tcp, or Custom with your own IHealthProbe.")]
    [InlineData(
        "udp://10.0.0.1:53",
        HealthCheckKind.Tcp,
        "Tcp opens a connection, and 'udp://10.0.0.1:53' does not accept connections; set Custom, with your own IHealthProbe that sends probes over UDP.")]
    public void Health_checks_that_the_endpoint_can_never_pass_are_rejected(string address, HealthCheckKind kind, string error)
    {
        string[] errors = ErrorsOf(options =>
        {
            options.Endpoints = [address];
            options.HealthCheck.Kind = kind;
        });

        Assert.Equal([$"smtp:HealthCheck:Kind: {error}"], errors);
    }

    [Theory]
    [InlineData("tcp://10.0.0.1:25", HealthCheckKind.Tcp)]
    [InlineData("http://10.0.0.1:25", HealthCheckKind.Http)]
    [InlineData("unix:///run/mail.sock", HealthCheckKind.Tcp)]
    public void Health_checks_that_it_can_pass_are_accepted(string address, HealthCheckKind kind) => Assert.Empty(ErrorsOf(options =>
    {
        options.Endpoints = [address];
        options.HealthCheck.Kind = kind;
    }));

    [Fact]
    public void Supported_options_are_read_from_configuration_and_reloaded()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["LoadBalancing:smtp:Endpoints:0"] = "tcp://10.0.0.1:25",
            ["LoadBalancing:smtp:Strategy"] = "LeastConnections",
            ["LoadBalancing:smtp:HealthCheck:Kind"] = "Tcp",
            ["LoadBalancing:smtp:OutlierDetection:ConsecutiveErrors"] = "2",
            ["LoadBalancing:smtp:Panic:ThresholdPercent"] = "0",
            ["LoadBalancing:smtp:ConnectionPool:MaxRequests"] = "10",
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLoadBalancer("smtp");
        using ServiceProvider provider = services.BuildServiceProvider();
        var balancer = provider.GetRequiredKeyedService<LoadBalancer>("smtp");
        Assert.Equal("tcp://10.0.0.1:25/", Assert.Single(balancer.Endpoints).Address.ToString());

        configuration["LoadBalancing:smtp:Endpoints:1"] = "tcp://[::1]:26";
        configuration.Reload();

        Assert.Equal(["tcp://10.0.0.1:25/", "tcp://[::1]:26/"], balancer.Endpoints.Select(static endpoint => endpoint.Address.ToString()));
    }

    [Fact]
    public void A_reload_with_options_for_http_only_is_rejected()
    {
        var logs = new FakeLogCollector();
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["smtp:Endpoints:0"] = "tcp://10.0.0.1:25" })
            .Build();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs)));
        services.AddLoadBalancer("smtp").ReplaceConfiguration(configuration.GetSection("smtp"));
        using ServiceProvider provider = services.BuildServiceProvider();
        var balancer = provider.GetRequiredKeyedService<LoadBalancer>("smtp");

        configuration["smtp:Endpoints:0"] = "tcp://10.0.0.2:25";
        configuration["smtp:Timeout"] = "5s";
        configuration.Reload();

        Assert.Equal("10.0.0.1", Assert.Single(balancer.Endpoints).Address.Host);
        Assert.Contains(
            $"smtp:Timeout: {Why}",
            Assert.Single(logs.GetSnapshot(), static log => log.Id.Id == LogEvents.ReloadRejected).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_of_all_http_clients_do_not_apply_to_it()
    {
        var services = new ServiceCollection();
        services.ConfigureHttpClientDefaults(static clients => clients
            .AddLoadBalancing(static options => options.Timeout = TimeSpan.FromSeconds(1))
            .AddEndpointSource(new ManualEndpointSource()));
        services.AddLoadBalancer("smtp", static options => options.Endpoints = ["tcp://10.0.0.1:25"]);
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal("10.0.0.1", Assert.Single(provider.GetRequiredKeyedService<LoadBalancer>("smtp").Endpoints).Address.Host);
    }

    [Fact]
    public async Task Options_for_http_only_fail_the_application_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLoadBalancer("smtp", static options =>
        {
            options.Endpoints = ["tcp://10.0.0.1:25"];
            options.Timeout = TimeSpan.FromSeconds(1);
        });
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith($"smtp:Timeout: {Why}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hashing_strategy_needs_no_hash_policies_because_picks_bring_their_hashes()
    {
        var logs = new FakeLogCollector();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs)));
        services.AddLoadBalancer("smtp", static options =>
        {
            options.Endpoints = [.. Enumerable.Range(1, 20).Select(static i => new EndpointDescription($"tcp://10.0.0.{i}:25"))];
            options.Strategy = LoadBalancingStrategies.Maglev;
        });
        using ServiceProvider provider = services.BuildServiceProvider();
        var balancer = provider.GetRequiredKeyedService<LoadBalancer>("smtp");

        UpstreamEndpoint[] owners = [.. Enumerable.Range(0, 10).Select(_ => PickFor(balancer, AffinityHash.Compute("user-42")))];

        Assert.Single(owners.Distinct());
        Assert.DoesNotContain(logs.GetSnapshot(), static log => log.Level >= LogLevel.Warning);
    }

    [Fact]
    public void A_fault_injected_at_run_time_has_no_effect_and_is_rejected()
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("smtp", static options => options.Endpoints = ["tcp://10.0.0.1:25"]);
        using ServiceProvider provider = services.BuildServiceProvider();

        var exception = Assert.Throws<ArgumentException>(() => provider.GetRequiredService<IFaultInjection>().Inject("smtp", new FaultOptions()));

        Assert.StartsWith(
            "Service 'smtp' is registered with AddLoadBalancer, without a client, and faults are injected into HTTP requests.",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Options_for_http_only_are_rejected_in_a_subset_too()
    {
        string[] errors = ErrorsOf(static options =>
        {
            options.Endpoints = [new("tcp://10.0.0.1:25") { Labels = { ["zone"] = "a" } }];
            options.Subsets["a"] = new SubsetOptions { Labels = { ["zone"] = "a" }, ConnectionPool = new ConnectionPoolOptions { MaxConcurrentRetries = 1 } };
        });

        Assert.StartsWith($"smtp:Subsets:a:ConnectionPool:MaxConcurrentRetries: {Why}: ", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_caller_hashes_as_over_http_and_an_ipv4_mapped_ipv6_address_as_its_ipv4_address()
    {
        ulong hash = AffinityHash.Compute(IPAddress.Parse("10.1.2.3"));

        Assert.Equal(AffinityHash.Compute("10.1.2.3"), hash);
        Assert.Equal(hash, AffinityHash.Compute(IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.NotEqual(hash, AffinityHash.Compute(IPAddress.Parse("10.1.2.4")));
        Assert.Equal(System.IO.Hashing.XxHash64.HashToUInt64("fe80::1"u8), AffinityHash.Compute(IPAddress.Parse("fe80::1")));
    }

    private static UpstreamEndpoint PickFor(LoadBalancer balancer, ulong hash)
    {
        using EndpointLease lease = balancer.Pick(new PickContext { Hash = hash });
        lease.Report(AttemptOutcome.Success);
        return lease.Endpoint;
    }

    private static string[] ErrorsOf(Action<LoadBalancingOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("smtp", options =>
        {
            options.Endpoints = ["tcp://10.0.0.1:25"];
            configure(options);
        });
        using ServiceProvider provider = services.BuildServiceProvider();
        try
        {
            provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("smtp");
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Failures];
        }
    }
}
