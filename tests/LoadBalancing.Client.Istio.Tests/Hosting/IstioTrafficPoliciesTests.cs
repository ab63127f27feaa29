using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Istio.Tests.Hosting;

/// <summary>Documents in a running application: whose word counts, and what a change does.</summary>
public sealed class IstioTrafficPoliciesTests
{
    private const string ToFoo = "\n  route:\n  - destination: {host: foo}";

    [Fact]
    public async Task A_destination_rule_decides_about_the_cluster_and_about_nothing_else()
    {
        await using var client = new PolicyClient(Yamls.Rule("connectionPool: {http: {http2MaxRequests: 7}}"), options: static options =>
        {
            options.Timeout = TimeSpan.FromSeconds(3);
            options.ConnectionPool.MaxConcurrentRetries = 4;
            options.HealthCheck.Path = "/health";
        });

        LoadBalancingOptions options = client.Services.GetRequiredService<IOptionsMonitor<LoadBalancingOptions>>().Get(Yamls.Foo);

        Assert.Equal((7, null, TimeSpan.FromSeconds(3), "/health"), (options.ConnectionPool.MaxRequests, options.ConnectionPool.MaxConcurrentRetries, options.Timeout, options.HealthCheck.Path));
        Assert.Equal((0, 50.0, false, "LeastRequest"), (options.OutlierDetection.ConsecutiveErrors, options.Panic.ThresholdPercent, options.RetryBudget.Enabled, options.Strategy));
        Assert.Equal(3, options.Endpoints.Count);
    }

    [Fact]
    public async Task A_virtual_service_decides_about_routes_and_about_nothing_else()
    {
        await using var client = new PolicyClient(Yamls.Service("- timeout: 2s" + ToFoo), options: static options =>
        {
            options.Timeout = TimeSpan.FromSeconds(3);
            options.Retry = new RetryOptions { MaxRetries = 9, RetryAllMethods = true, MaxBufferedBodySize = 100 };
            options.Routes = [new RequestRouteOptions { Name = "mine", Timeout = TimeSpan.FromSeconds(1) }];
            options.ConnectionPool.MaxConcurrentRetries = 4;
        });

        Assert.Equal(("00:00:02", "2", "true", "100", "4"), (client.Holding("Timeout"), client.Holding("Retry:MaxRetries"), client.Holding("Retry:RetryAllMethods"), client.Holding("Retry:MaxBufferedBodySize"), client.Holding("ConnectionPool:MaxConcurrentRetries")));
        Assert.Equal(
            [$"Service '{Yamls.Foo}': policy documents take the place of what its options say about Timeout, Routes, Retry:MaxRetries. In force: VirtualService default/foo at {Path.GetRelativePath(".", client.File)}:1:1."],
            client.Logged("OptionsOverridden").Select(message => message.Replace(client.File, Path.GetRelativePath(".", client.File), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_service_that_no_document_speaks_of_stays_as_it_is_and_that_is_said()
    {
        await using var client = new PolicyClient(Yamls.Rule("loadBalancer: {simple: RANDOM}", host: "bar"), options: static options => options.Timeout = TimeSpan.FromSeconds(3));

        Assert.Equal("00:00:03", client.Holding("Timeout"));
        Assert.Single(client.Logged("NoPolicyForService"));
    }

    [Fact]
    public async Task Errors_stop_the_start_and_all_of_them_are_told()
    {
        await using var client = new PolicyClient(Yamls.Rule("outlierDetection:\n  interval: soon\n  maxEjectionPercent: 200"));

        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(() => client.Services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal(2, exception.Failures.Count());
        Assert.All(exception.Failures, static failure => Assert.Contains("policies.yaml:1", failure, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_good_change_is_taken_and_a_bad_one_keeps_the_last_good_and_is_told_once()
    {
        await using var client = new PolicyClient(Yamls.Service("- timeout: 2s" + ToFoo));
        Assert.Equal("00:00:02", client.Holding("Timeout"));

        client.Write(Yamls.Service("- timeout: 4s" + ToFoo));
        Assert.True(client.Policies.Reload());
        Assert.Equal("00:00:04", client.Holding("Timeout"));

        client.Write(Yamls.Service("- timeout: later" + ToFoo));
        Assert.False(client.Policies.Reload());
        Assert.False(client.Policies.Reload());
        Assert.Equal("00:00:04", client.Holding("Timeout"));
        Assert.Contains("'later' is not a duration", Assert.Single(client.Logged("PoliciesRejected")), StringComparison.Ordinal);

        File.Delete(client.File);
        Assert.False(client.Policies.Reload());
        Assert.Equal("00:00:04", client.Holding("Timeout"));
    }

    [Fact]
    public async Task What_a_change_takes_out_is_as_the_code_says_again()
    {
        await using var client = new PolicyClient(Yamls.Service("- timeout: 2s" + ToFoo), options: static options => options.Timeout = TimeSpan.FromSeconds(3));
        Assert.Equal("00:00:02", client.Holding("Timeout"));

        client.Write(Yamls.Rule("loadBalancer: {simple: RANDOM}"));
        Assert.True(client.Policies.Reload());

        Assert.Equal("00:00:03", client.Holding("Timeout"));
    }

    [Fact]
    public async Task A_change_of_the_file_is_noticed()
    {
        await using var client = new PolicyClient(Yamls.Service("- timeout: 2s" + ToFoo));
        Assert.Equal("00:00:02", client.Holding("Timeout"));

        client.Write(Yamls.Service("- timeout: 4s" + ToFoo));

        await Eventually.IsTrue(() => client.Holding("Timeout") == "00:00:04");
    }

    [Fact]
    public async Task Documents_for_one_client_count_for_no_other()
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
    public async Task Endpoints_of_a_service_entry_take_the_place_of_the_code_s()
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
        Assert.Contains("about Endpoints.", Assert.Single(client.Logged("OptionsOverridden")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_scheme_of_endpoints_follows_tls()
    {
        await using var client = new PolicyClient(Yamls.Rule("tls: {mode: SIMPLE}"));

        Assert.All(client.Balancer.Endpoints, static endpoint => Assert.Equal("https", endpoint.Address.Scheme));
    }

    [Fact]
    public async Task Nothing_is_left_running_when_the_container_is_gone()
    {
        var time = new CountingTimeProvider();
        await using (var client = new PolicyClient(Yamls.Rule("loadBalancer: {simple: RANDOM}"), register: services => services.AddSingleton<TimeProvider>(time)))
        {
            _ = client.Balancer;
            Assert.True(time.TimersAlive > 0);
        }

        Assert.Equal(0, time.TimersAlive);
    }
}
