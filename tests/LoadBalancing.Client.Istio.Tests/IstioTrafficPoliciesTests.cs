using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Istio.Tests;

/// <summary>Documents in a running application: precedence over options, and reload.</summary>
public sealed class IstioTrafficPoliciesTests
{
    private const string ToFoo = "\n  route:\n  - destination: {host: foo}";

    [Fact]
    public async Task Destination_rule_replaces_cluster_options_only()
    {
        await using var client = new PolicyClient(Yamls.Rule("connectionPool: {http: {http2MaxRequests: 7}}"), options: static options =>
        {
            options.Timeout = TimeSpan.FromSeconds(3);
            options.ConnectionPool.MaxConcurrentRetries = 4;
            options.HealthCheck.Path = "/health";
        });

        LoadBalancingOptions options = client.Services.GetRequiredService<IOptionsMonitor<LoadBalancingOptions>>().Get(Yamls.Foo);

        Assert.Equal((7, null), (options.ConnectionPool.MaxRequests, options.ConnectionPool.MaxConcurrentRetries));
        Assert.Equal((TimeSpan.FromSeconds(3), "/health"), (options.Timeout, options.HealthCheck.Path));
        Assert.Equal((0, 50.0), (options.OutlierDetection.ConsecutiveErrors, options.Panic.ThresholdPercent));
        Assert.Equal((false, "LeastRequest"), (options.RetryBudget.Enabled, options.Strategy));
        Assert.Equal(3, options.Endpoints.Count);
    }

    [Fact]
    public async Task Virtual_service_replaces_route_options_only()
    {
        await using var client = new PolicyClient(Yamls.Service("- timeout: 2s" + ToFoo), options: static options =>
        {
            options.Timeout = TimeSpan.FromSeconds(3);
            options.Retry = new RetryOptions { MaxRetries = 9, RetryAllMethods = true, MaxBufferedBodySize = 100 };
            options.Routes = [new RequestRouteOptions { Name = "mine", Timeout = TimeSpan.FromSeconds(1) }];
            options.ConnectionPool.MaxConcurrentRetries = 4;
        });

        Assert.Equal(("00:00:02", "2"), (client.Effective("Timeout"), client.Effective("Retry:MaxRetries")));
        Assert.Equal(("true", "100"), (client.Effective("Retry:RetryAllMethods"), client.Effective("Retry:MaxBufferedBodySize")));
        Assert.Equal("4", client.Effective("ConnectionPool:MaxConcurrentRetries"));
        Assert.Equal(
            $"Service '{Yamls.Foo}': policy documents override the options Timeout, Routes, Retry:MaxRetries. "
                + $"Documents: VirtualService default/foo at {client.File}:1:1.",
            Assert.Single(client.Logged("OptionsOverridden")).Replace(Path.GetRelativePath(".", client.File), client.File, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Service_without_documents_keeps_its_options_and_is_logged()
    {
        await using var client = new PolicyClient(
            Yamls.Rule("loadBalancer: {simple: RANDOM}", host: "bar"),
            options: static options => options.Timeout = TimeSpan.FromSeconds(3));

        Assert.Equal("00:00:03", client.Effective("Timeout"));
        Assert.Single(client.Logged("NoPolicyForService"));
    }

    [Fact]
    public async Task Startup_fails_and_reports_all_errors()
    {
        await using var client = new PolicyClient(Yamls.Rule("outlierDetection:\n  interval: soon\n  maxEjectionPercent: 200"));

        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(
            () => client.Services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal(2, exception.Failures.Count());
        Assert.All(exception.Failures, static failure => Assert.Contains("policies.yaml:1", failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Log_sink_that_throws_stops_neither_the_start_nor_a_reload()
    {
        using var sink = new ThrowingSink();
        await using var client = new PolicyClient(
            Yamls.Service("- timeout: 2s" + ToFoo),
            register: services => services.AddLogging(logging => logging.AddProvider(sink)));
        Assert.Equal("00:00:02", client.Effective("Timeout"));

        client.Write(Yamls.Service("- timeout: 4s" + ToFoo));
        Assert.True(client.Policies.Reload());

        Assert.Equal("00:00:04", client.Effective("Timeout"));
    }

    [Fact]
    public async Task Valid_change_is_applied_and_an_invalid_one_is_rejected_and_logged_once()
    {
        await using var client = new PolicyClient(Yamls.Service("- timeout: 2s" + ToFoo));
        Assert.Equal("00:00:02", client.Effective("Timeout"));

        client.Write(Yamls.Service("- timeout: 4s" + ToFoo));
        Assert.True(client.Policies.Reload());
        Assert.Equal("00:00:04", client.Effective("Timeout"));

        client.Write(Yamls.Service("- timeout: later" + ToFoo));
        Assert.False(client.Policies.Reload());
        Assert.False(client.Policies.Reload());
        Assert.Equal("00:00:04", client.Effective("Timeout"));
        Assert.Contains("expected a duration", Assert.Single(client.Logged("PoliciesRejected")), StringComparison.Ordinal);

        File.Delete(client.File);
        Assert.False(client.Policies.Reload());
        Assert.Equal("00:00:04", client.Effective("Timeout"));
    }

    [Fact]
    public async Task Removed_policies_restore_the_options_of_the_code()
    {
        await using var client = new PolicyClient(Yamls.Service("- timeout: 2s" + ToFoo), options: static options => options.Timeout = TimeSpan.FromSeconds(3));
        Assert.Equal("00:00:02", client.Effective("Timeout"));

        client.Write(Yamls.Rule("loadBalancer: {simple: RANDOM}"));
        Assert.True(client.Policies.Reload());

        Assert.Equal("00:00:03", client.Effective("Timeout"));
    }

    [Fact]
    public async Task File_changes_are_detected()
    {
        await using var client = new PolicyClient(Yamls.Service("- timeout: 2s" + ToFoo));
        Assert.Equal("00:00:02", client.Effective("Timeout"));

        client.Write(Yamls.Service("- timeout: 4s" + ToFoo));

        await Eventually.IsTrue(() => client.Effective("Timeout") == "00:00:04");
    }

    [Fact]
    public async Task Documents_of_one_client_do_not_apply_to_others()
    {
        await using var client = new PolicyClient("# nothing yet\n", register: services =>
        {
            string file = Path.GetTempFileName();
            File.WriteAllText(file, Yamls.Rule("loadBalancer: {simple: RANDOM}", host: "*"));
            services.AddLoadBalancedHttpClient("bar", static options => options.Endpoints = ["http://10.0.0.9"]).AddIstioTrafficPolicies(file);
        });
        IOptionsMonitor<LoadBalancingOptions> options = client.Services.GetRequiredService<IOptionsMonitor<LoadBalancingOptions>>();

        Assert.Equal(("RoundRobin", "Random"), (options.Get(Yamls.Foo).Strategy, options.Get("bar").Strategy));
    }

    [Fact]
    public async Task Endpoints_of_a_service_entry_replace_those_of_the_code()
    {
        await using var client = new PolicyClient("""
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: foo}
            spec:
              hosts: [foo]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: STATIC
              endpoints:
              - {address: 10.1.0.1, labels: {version: v1}}
              - {address: 10.1.0.2, weight: 2}
            """);

        Assert.Equal(["10.1.0.1", "10.1.0.2"], client.Balancer.Endpoints.Select(static endpoint => endpoint.Address.Host));
        Assert.Equal([1.0, 2.0], client.Balancer.Endpoints.Select(static endpoint => endpoint.Weight));
        Assert.Contains("override the options Endpoints.", Assert.Single(client.Logged("OptionsOverridden")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_mode_sets_the_scheme_of_endpoints()
    {
        await using var client = new PolicyClient(Yamls.Rule("tls: {mode: SIMPLE}"));

        Assert.All(client.Balancer.Endpoints, static endpoint => Assert.Equal("https", endpoint.Address.Scheme));
    }

    [Fact]
    public async Task Disposing_the_container_stops_all_timers()
    {
        var time = new CountingTimeProvider();
        await using (var client = new PolicyClient(
            Yamls.Rule("loadBalancer: {simple: RANDOM}"),
            register: services => services.AddSingleton<TimeProvider>(time)))
        {
            _ = client.Balancer;
            Assert.True(time.TimersAlive > 0);
        }

        Assert.Equal(0, time.TimersAlive);
    }

    private sealed class ThrowingSink : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidDataException();

        public void Dispose()
        {
        }
    }
}
