using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>What options may say about ejection and panic, in code and in configuration.</summary>
public sealed class HealthOptionsTests
{
    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var exception = Assert.Throws<OptionsValidationException>(static () => Build(static options =>
        {
            OutlierDetectionOptions ejection = options.OutlierDetection;
            ejection.ConsecutiveErrors = 4096;
            ejection.ConsecutiveGatewayErrors = -1;
            ejection.ConsecutiveLocalOriginFailures = 3;
            ejection.ConsecutiveErrorsEnforcementPercent = 101;
            ejection.ErrorStatuses = ["503", "5xx", "600", "504-502"];
            ejection.ErrorExceptions = ["reset", "oops"];
            ejection.RestorePolicy = (EjectionRestorePolicy)7;
            ejection.SuccessRate = new SuccessRateOutlierOptions { MinHosts = 0, RequestVolume = 0, StdevFactor = 0, EnforcementPercent = -1, LocalOriginEnforcementPercent = 101 };
            ejection.FailurePercentage = new FailurePercentageOutlierOptions { ThresholdPercent = 0, MinHosts = 0, RequestVolume = 0, EnforcementPercent = -1, LocalOriginEnforcementPercent = 101 };
            ejection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions { Window = TimeSpan.FromMilliseconds(99), ThresholdPercent = 101, RequestVolume = 0, EnforcementPercent = 101 };
            options.Panic.Traffic = (PanicTraffic)7;
        }));

        Assert.Equal(
            [
                "catalog:OutlierDetection:ConsecutiveErrors: 4096 is not allowed; the most is 4095. Write 0 to switch the detector off.",
                "catalog:OutlierDetection:ConsecutiveGatewayErrors: -1 is not allowed; it is 1 or more, or 0 to switch the detector off.",
                "catalog:OutlierDetection:ConsecutiveLocalOriginFailures: 3 is set and SplitExternalLocalOriginErrors is false, so nothing is counted for it; set that to true, or leave this out.",
                "catalog:OutlierDetection:ConsecutiveErrorsEnforcementPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:ErrorStatuses:1: '5xx' cannot be read; expected a status or a range of them, 100 to 599, like 503 or 500-599.",
                "catalog:OutlierDetection:ErrorStatuses:2: '600' cannot be read; expected a status or a range of them, 100 to 599, like 503 or 500-599.",
                "catalog:OutlierDetection:ErrorStatuses:3: '504-502' cannot be read; expected a status or a range of them, 100 to 599, like 503 or 500-599.",
                "catalog:OutlierDetection:ErrorExceptions:1: 'oops' is not known; known are connect, reset, timeout.",
                "catalog:OutlierDetection:SuccessRate:MinHosts: 0 is not allowed; it is 1 or more.",
                "catalog:OutlierDetection:SuccessRate:RequestVolume: 0 is not allowed; it is 1 or more.",
                "catalog:OutlierDetection:SuccessRate:StdevFactor: 0 is not allowed; it is a number of standard deviations above 0, like 1.9.",
                "catalog:OutlierDetection:SuccessRate:EnforcementPercent: -1 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:SuccessRate:LocalOriginEnforcementPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:FailurePercentage:ThresholdPercent: 0 is not allowed; it is above 0 and at most 100.",
                "catalog:OutlierDetection:FailurePercentage:MinHosts: 0 is not allowed; it is 1 or more.",
                "catalog:OutlierDetection:FailurePercentage:RequestVolume: 0 is not allowed; it is 1 or more.",
                "catalog:OutlierDetection:FailurePercentage:EnforcementPercent: -1 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:FailurePercentage:LocalOriginEnforcementPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:WindowedSuccessRate:Window: 00:00:00.0990000 is too short; the shortest is 00:00:00.1000000.",
                "catalog:OutlierDetection:WindowedSuccessRate:ThresholdPercent: 101 is not allowed; it is above 0 and at most 100.",
                "catalog:OutlierDetection:WindowedSuccessRate:RequestVolume: 0 is not allowed; it is 1 or more.",
                "catalog:OutlierDetection:WindowedSuccessRate:EnforcementPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:RestorePolicy: 7 is not allowed; it is one of Sweep, TrialRequest.",
                "catalog:Panic:Traffic: 7 is not allowed; it is one of All, Fail, LastStanding.",
            ],
            exception.Failures);
    }

    [Fact]
    public void Detectors_of_shares_are_switched_on_with_their_defaults_by_true_and_off_by_false()
    {
        OutlierDetectionOptions ejection = ReadJson(
            """{ "SuccessRate": true, "FailurePercentage": { "ThresholdPercent": 70 }, "WindowedSuccessRate": { "ThresholdPercent": 90 } }""",
            """{ "FailurePercentage": true, "WindowedSuccessRate": false }""").OutlierDetection;

        Assert.Equal((5, 100), (ejection.SuccessRate!.MinHosts, ejection.SuccessRate.RequestVolume));
        Assert.Equal(70, ejection.FailurePercentage!.ThresholdPercent);
        Assert.Null(ejection.WindowedSuccessRate);
    }

    [Fact]
    public void What_switches_a_detector_neither_on_nor_off_is_told_with_what_would()
    {
        LoadBalancingOptions options = ReadJson("""{ "SuccessRate": "yes", "FailurePercentage": [], "WindowedSuccessRate": null }""");

        Assert.Equal(
            [
                "LoadBalancing:catalog:OutlierDetection:FailurePercentage: '' is a single value or a list; expected true, false, or a section with the keys ThresholdPercent, MinHosts, RequestVolume, EnforcementPercent, LocalOriginEnforcementPercent.",
                "LoadBalancing:catalog:OutlierDetection:SuccessRate: 'yes' is a single value or a list; expected true, false, or a section with the keys MinHosts, RequestVolume, StdevFactor, EnforcementPercent, LocalOriginEnforcementPercent.",
            ],
            options.ConfigurationErrors);
        Assert.Null(options.OutlierDetection.WindowedSuccessRate);
    }

    [Fact]
    public void The_ends_of_all_ranges_are_allowed() => Build(static options =>
    {
        OutlierDetectionOptions ejection = options.OutlierDetection;
        ejection.ConsecutiveErrors = 4095;
        ejection.ConsecutiveGatewayErrors = 0;
        ejection.SplitExternalLocalOriginErrors = true;
        ejection.ConsecutiveLocalOriginFailures = 0;
        ejection.ErrorStatuses = ["100", "599", " 200 - 599 "];
        ejection.ErrorExceptions = [];
        ejection.SuccessRate = new SuccessRateOutlierOptions { MinHosts = 1, RequestVolume = 1, StdevFactor = 0.001, EnforcementPercent = 0 };
        ejection.FailurePercentage = new FailurePercentageOutlierOptions { ThresholdPercent = 100, MinHosts = 1, RequestVolume = 1 };
        ejection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions { Window = TimeSpan.FromMilliseconds(100), ThresholdPercent = 100, RequestVolume = 1 };
    });

    [Fact]
    public void Everything_that_is_wrong_with_checks_is_told_at_once()
    {
        var exception = Assert.Throws<OptionsValidationException>(static () => Build(static options =>
        {
            ActiveHealthCheckOptions check = options.HealthCheck;
            check.Path = "health";
            check.Method = "GE T";
            check.Headers = ["X-Probe: 1", "X-Probe", ": 1"];
            check.ExpectedStatuses = ["2xx"];
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
                "catalog:HealthCheck:Path: 'health' is no path; write it from its slash on, like '/health'.",
                "catalog:HealthCheck:Method: 'GE T' is no method; write it like 'GET'.",
                "catalog:HealthCheck:Headers:1: 'X-Probe' is no header; write it like 'X-Probe: 1'.",
                "catalog:HealthCheck:Headers:2: ': 1' is no header; write it like 'X-Probe: 1'.",
                "catalog:HealthCheck:ExpectedStatuses:0: '2xx' cannot be read; expected a status or a range of them, 100 to 599, like 503 or 500-599.",
                $"catalog:HealthCheck:GrpcService: '{new string('s', 128)}' is too long; the longest is 127 bytes.",
                "catalog:HealthCheck:Probe: 'own' is set and Kind is not; set Kind to Custom, or leave this out.",
                "catalog:HealthCheck:Timeout: 00:00:00 is not allowed; it is longer than zero.",
                "catalog:HealthCheck:Interval: 25.00:00:00 is too long; the longest is 24 days.",
                "catalog:HealthCheck:UnhealthyInterval: 00:00:00 is not allowed; it is longer than zero.",
                "catalog:HealthCheck:UnhealthyEdgeInterval: 00:00:00 is not allowed; it is longer than zero.",
                "catalog:HealthCheck:HealthyEdgeInterval: 00:00:00 is not allowed; it is longer than zero.",
                "catalog:HealthCheck:NoTrafficInterval: 00:00:00 is not allowed; it is longer than zero.",
                "catalog:HealthCheck:StopAfterIdle: 00:00:00 is not allowed; it is longer than zero, or infinite for no limit.",
                "catalog:HealthCheck:IntervalJitterPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:HealthCheck:UnhealthyThreshold: 0 is not allowed; it is 1 or more.",
                "catalog:HealthCheck:HealthyThreshold: 0 is not allowed; it is 1 or more.",
            ],
            exception.Failures);
    }

    [Fact]
    public void A_probe_that_nobody_registered()
    {
        var exception = Assert.Throws<OptionsValidationException>(static () => Build(static options => (options.HealthCheck.Kind, options.HealthCheck.Probe) = (HealthCheckKind.Custom, "own")));

        Assert.Equal(["catalog:HealthCheck:Probe: 'own' is not known; known are none; register an IHealthProbe."], exception.Failures);
    }

    [Fact]
    public void Every_key_of_checks_is_read_from_configuration()
    {
        LoadBalancingOptions options = Read(new Dictionary<string, string?>
        {
            ["HealthCheck:Kind"] = "grpc",
            ["HealthCheck:Path"] = "/up",
            ["HealthCheck:Method"] = "HEAD",
            ["HealthCheck:Host"] = "h",
            ["HealthCheck:Headers:0"] = "X-Probe: 1",
            ["HealthCheck:ExpectedStatuses:0"] = "204",
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
                Request = new ProbeRequest("/up", "HEAD", "h", "X-Probe: 1", "204", "s", "e", "g"),
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
        HealthCheckSettings settings = HealthCheckSettings.From(new ActiveHealthCheckOptions { Path = "/", Interval = TimeSpan.FromSeconds(9), UnhealthyInterval = TimeSpan.FromSeconds(4) })!;

        Assert.Equal((4, 9), (settings.UnhealthyEdgeInterval.TotalSeconds, settings.HealthyEdgeInterval.TotalSeconds));
        Assert.Null(HealthCheckSettings.From(new ActiveHealthCheckOptions()));
    }

    [Fact]
    public void Every_key_is_read_from_configuration()
    {
        LoadBalancingOptions options = Read(new Dictionary<string, string?>
        {
            ["OutlierDetection:ConsecutiveGatewayErrors"] = "3",
            ["OutlierDetection:SplitExternalLocalOriginErrors"] = "true",
            ["OutlierDetection:ConsecutiveLocalOriginFailures"] = "7",
            ["OutlierDetection:ConsecutiveErrorsEnforcementPercent"] = "10",
            ["OutlierDetection:ConsecutiveGatewayErrorsEnforcementPercent"] = "20",
            ["OutlierDetection:ConsecutiveLocalOriginFailuresEnforcementPercent"] = "30",
            ["OutlierDetection:ErrorStatuses:0"] = "429",
            ["OutlierDetection:ErrorExceptions:0"] = "reset",
            ["OutlierDetection:RestorePolicy"] = "trialRequest",
            ["OutlierDetection:SuccessRate:MinHosts"] = "3",
            ["OutlierDetection:SuccessRate:RequestVolume"] = "11",
            ["OutlierDetection:SuccessRate:StdevFactor"] = "1.5",
            ["OutlierDetection:SuccessRate:EnforcementPercent"] = "40",
            ["OutlierDetection:SuccessRate:LocalOriginEnforcementPercent"] = "50",
            ["OutlierDetection:FailurePercentage:ThresholdPercent"] = "60",
            ["OutlierDetection:FailurePercentage:MinHosts"] = "4",
            ["OutlierDetection:FailurePercentage:RequestVolume"] = "12",
            ["OutlierDetection:FailurePercentage:EnforcementPercent"] = "70",
            ["OutlierDetection:FailurePercentage:LocalOriginEnforcementPercent"] = "80",
            ["OutlierDetection:WindowedSuccessRate:Window"] = "30s",
            ["OutlierDetection:WindowedSuccessRate:ThresholdPercent"] = "90",
            ["OutlierDetection:WindowedSuccessRate:RequestVolume"] = "13",
            ["OutlierDetection:WindowedSuccessRate:EnforcementPercent"] = "95",
            ["Panic:Traffic"] = "LastStanding",
        });

        OutlierDetectionSettings settings = OutlierDetectionSettings.From(options.OutlierDetection);
        Assert.Equal((3u, true, 7u), (settings.ConsecutiveGatewayErrors, settings.SplitLocalOrigin, settings.ConsecutiveLocalOriginFailures));
        Assert.Equal((10, 20, 30), (settings.ConsecutiveErrorsEnforcementPercent, settings.ConsecutiveGatewayErrorsEnforcementPercent, settings.ConsecutiveLocalOriginFailuresEnforcementPercent));
        Assert.Equal((false, true, false), (settings.CountsConnect, settings.CountsReset, settings.CountsTimeout));
        Assert.Equal(new SuccessRateSettings(3, 11, 1.5, 40, 50), settings.SuccessRate);
        Assert.Equal(new FailurePercentageSettings(60, 4, 12, 70, 80), settings.FailurePercentage);
        Assert.Equal(new WindowedSuccessRateSettings(TimeSpan.FromSeconds(30), 90, 13, 95), settings.WindowedSuccessRate);
        Assert.Equal(EjectionRestorePolicy.TrialRequest, settings.RestorePolicy);
        Assert.Equal(["429"], options.OutlierDetection.ErrorStatuses);
        Assert.Equal(PanicTraffic.LastStanding, options.Panic.Traffic);
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

    /// <summary>What layers of JSON say about ejection, the later over the earlier.</summary>
    private static LoadBalancingOptions ReadJson(params string[] layers)
    {
        var builder = new ConfigurationBuilder();
        foreach (string layer in layers)
        {
            string text = $$"""{ "LoadBalancing": { "catalog": { "OutlierDetection": {{layer}} } } }""";
            builder.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        }

        var options = new LoadBalancingOptions();
        ConfigurationReader.Read(builder.Build().GetSection("LoadBalancing:catalog"), options);
        return options;
    }

    private static LoadBalancingOptions Read(Dictionary<string, string?> values)
    {
        var options = new LoadBalancingOptions();
        ConfigurationReader.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), options);
        Assert.Empty(options.ConfigurationErrors);
        return options;
    }
}
