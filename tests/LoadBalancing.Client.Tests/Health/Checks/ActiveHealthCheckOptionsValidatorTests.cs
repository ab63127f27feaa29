using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Health.Checks;

/// <summary>Validation of the options of health checks, in code and in configuration.</summary>
public sealed class ActiveHealthCheckOptionsValidatorTests
{
    [Fact]
    public void All_errors_of_health_checks_are_reported_together()
    {
        var exception = Assert.Throws<OptionsValidationException>(static () => Build(static options =>
        {
            ActiveHealthCheckOptions check = options.HealthCheck;
            check.Path = "health";
            check.Method = "GE T";
            check.Headers = new Dictionary<string, string> { ["X-Probe"] = "1", ["X Probe"] = "1", ["X-A"] = "1\n2", ["content-length"] = "0" };
            check.ExpectedStatuses = ["20x"];
            check.GrpcService = new string('s', 128);
            check.Probe = "own";
            check.Timeout = TimeSpan.Zero;
            check.Interval = TimeSpan.FromDays(25);
            check.UnhealthyInterval = TimeSpan.Zero;
            check.UnhealthyEdgeInterval = TimeSpan.Zero;
            check.HealthyEdgeInterval = TimeSpan.Zero;
            check.NoTrafficInterval = TimeSpan.Zero;
            check.StopAfterIdle = TimeSpan.Zero;
            check.IntervalJitterPercent = 101;
            check.UnhealthyThreshold = 0;
            check.HealthyThreshold = 0;
        }));

        Assert.Equal(
            [
                "catalog:HealthCheck:Path: 'health' is not a path; begin it with a slash, like '/health'.",
                "catalog:HealthCheck:Method: 'GE T' is not a method; write it like 'GET'.",
                "catalog:HealthCheck:Headers: 'X Probe' is not a valid header name; write it like 'x-version'.",
                "catalog:HealthCheck:Headers: the value of 'X-A' is null or contains a line break or NUL, which headers must not contain.",
                "catalog:HealthCheck:Headers: 'content-length' describes how the body is sent and is set by the transport; remove it.",
                "catalog:HealthCheck:ExpectedStatuses:0: '20x' cannot be read; expected a status or a range of them, 100 to 599, like 503, 500-599 or 5xx.",
                $"catalog:HealthCheck:GrpcService: '{new string('s', 128)}' is too long; the maximum is 127 bytes.",
                "catalog:HealthCheck:Probe: 'own' is set and Kind is not; set Kind to Custom, or remove this.",
                "catalog:HealthCheck:Timeout: 00:00:00 is not allowed; it must be longer than zero.",
                "catalog:HealthCheck:Interval: 25.00:00:00 is too long; the maximum is 24 days.",
                "catalog:HealthCheck:UnhealthyInterval: 00:00:00 is not allowed; it must be longer than zero.",
                "catalog:HealthCheck:UnhealthyEdgeInterval: 00:00:00 is not allowed; it must be longer than zero.",
                "catalog:HealthCheck:HealthyEdgeInterval: 00:00:00 is not allowed; it must be longer than zero.",
                "catalog:HealthCheck:NoTrafficInterval: 00:00:00 is not allowed; it must be longer than zero.",
                "catalog:HealthCheck:StopAfterIdle: 00:00:00 is not allowed; it must be longer than zero, or infinite for no limit.",
                "catalog:HealthCheck:IntervalJitterPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:HealthCheck:UnhealthyThreshold: 0 is not allowed; it must be 1 or more.",
                "catalog:HealthCheck:HealthyThreshold: 0 is not allowed; it must be 1 or more.",
            ],
            exception.Failures);
    }

    [Fact]
    public void Null_headers_are_reported() => ReportedErrors.AreExactly(
        static options => options.HealthCheck.Headers = null!,
        "catalog:HealthCheck:Headers: it is null; use an empty dictionary for none.");

    [Fact]
    public void An_unregistered_probe_is_reported()
    {
        var exception = Assert.Throws<OptionsValidationException>(
            static () => Build(static options => (options.HealthCheck.Kind, options.HealthCheck.Probe) = (HealthCheckKind.Custom, "own")));

        Assert.Equal(["catalog:HealthCheck:Probe: 'own' is unknown; registered probes: none; register an IHealthProbe."], exception.Failures);
    }

    [Fact]
    public void Every_key_of_health_checks_is_read_from_configuration()
    {
        LoadBalancingOptions options = Read(new Dictionary<string, string?>
        {
            ["HealthCheck:Kind"] = "grpc",
            ["HealthCheck:Path"] = "/up",
            ["HealthCheck:Method"] = "HEAD",
            ["HealthCheck:Host"] = "h",
            ["HealthCheck:Headers:X-Probe"] = "1",
            ["HealthCheck:ExpectedStatuses:0"] = "204",
            ["HealthCheck:RetriableStatuses:0"] = "503",
            ["HealthCheck:Version"] = "2",
            ["HealthCheck:Send"] = "s",
            ["HealthCheck:Expect"] = "e",
            ["HealthCheck:GrpcService"] = "g",
            ["HealthCheck:Probe"] = "p",
            ["HealthCheck:Timeout"] = "1s",
            ["HealthCheck:Interval"] = "2s",
            ["HealthCheck:UnhealthyInterval"] = "3s",
            ["HealthCheck:UnhealthyEdgeInterval"] = "4s",
            ["HealthCheck:HealthyEdgeInterval"] = "5s",
            ["HealthCheck:NoTrafficInterval"] = "6s",
            ["HealthCheck:StopAfterIdle"] = "infinite",
            ["HealthCheck:IntervalJitterPercent"] = "7",
            ["HealthCheck:UnhealthyThreshold"] = "8",
            ["HealthCheck:HealthyThreshold"] = "9",
            ["HealthCheck:StartUnhealthy"] = "true",
            ["HealthCheck:RestoreOnPass"] = "true",
        });

        Assert.Equal(
            new HealthCheckSettings
            {
                Kind = HealthCheckKind.Grpc,
                Request = new ProbeRequest("/up", "HEAD", "h", "X-Probe:1", new StatusSet([204]), "s", "e", "g", new StatusSet([503]), new Version(2, 0)),
                Probe = "p",
                Timeout = TimeSpan.FromSeconds(1),
                Interval = TimeSpan.FromSeconds(2),
                UnhealthyInterval = TimeSpan.FromSeconds(3),
                UnhealthyEdgeInterval = TimeSpan.FromSeconds(4),
                HealthyEdgeInterval = TimeSpan.FromSeconds(5),
                NoTrafficInterval = TimeSpan.FromSeconds(6),
                StopAfter = Timeout.InfiniteTimeSpan,
                IntervalJitterPercent = 7,
                UnhealthyThreshold = 8,
                HealthyThreshold = 9,
                StartUnhealthy = true,
                RestoreOnPass = true,
            },
            HealthCheckSettings.From(options.HealthCheck));
    }

    [Fact]
    public void Edge_intervals_follow_the_others_unless_they_are_set()
    {
        HealthCheckSettings settings = HealthCheckSettings.From(
            new ActiveHealthCheckOptions { Path = "/", Interval = TimeSpan.FromSeconds(9), UnhealthyInterval = TimeSpan.FromSeconds(4) })!;

        Assert.Equal((4, 9), (settings.UnhealthyEdgeInterval.TotalSeconds, settings.HealthyEdgeInterval.TotalSeconds));
        Assert.Null(HealthCheckSettings.From(new ActiveHealthCheckOptions()));
    }

    private static void Build(Action<LoadBalancingOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1"];
            configure(options);
        });
        using ServiceProvider provider = services.BuildServiceProvider();
        provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
    }

    private static LoadBalancingOptions Read(Dictionary<string, string?> values)
    {
        var options = new LoadBalancingOptions();
        ConfigurationReader.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), options);
        Assert.Empty(options.ConfigurationErrors);
        return options;
    }
}
