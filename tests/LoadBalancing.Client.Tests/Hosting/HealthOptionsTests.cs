using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Hosting;

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
            ejection.EnforcingConsecutiveErrors = 101;
            ejection.ErrorStatuses = ["503", "5xx", "600", "504-502"];
            ejection.ErrorExceptions = ["reset", "oops"];
            ejection.ReturnPolicy = (EjectionReturnPolicy)7;
            ejection.SuccessRate = new SuccessRateOutlierOptions { MinimumHosts = 0, RequestVolume = 0, StdevFactor = 0, Enforcing = -1, EnforcingLocalOrigin = 101 };
            ejection.FailurePercentage = new FailurePercentageOutlierOptions { Threshold = 0, MinimumHosts = 0, RequestVolume = 0, Enforcing = -1, EnforcingLocalOrigin = 101 };
            ejection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions { Window = TimeSpan.FromMilliseconds(99), Threshold = 101, RequestVolume = 0, Enforcing = 101 };
            options.Panic.Traffic = (PanicTraffic)7;
        }));

        Assert.Equal(
            [
                "catalog:OutlierDetection:ConsecutiveErrors: 4096 is not allowed; the most is 4095. Write 0 to switch the detector off.",
                "catalog:OutlierDetection:ConsecutiveGatewayErrors: -1 is not allowed; it is 1 or more, or 0 to switch the detector off.",
                "catalog:OutlierDetection:ConsecutiveLocalOriginFailures: 3 is set and SplitExternalLocalOriginErrors is false, so nothing is counted for it; set that to true, or leave this out.",
                "catalog:OutlierDetection:EnforcingConsecutiveErrors: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:ErrorStatuses:1: '5xx' cannot be read; expected a status or a range of them, 100 to 599, like 503 or 500-599.",
                "catalog:OutlierDetection:ErrorStatuses:2: '600' cannot be read; expected a status or a range of them, 100 to 599, like 503 or 500-599.",
                "catalog:OutlierDetection:ErrorStatuses:3: '504-502' cannot be read; expected a status or a range of them, 100 to 599, like 503 or 500-599.",
                "catalog:OutlierDetection:ErrorExceptions:1: 'oops' is not known; known are connect, reset, timeout.",
                "catalog:OutlierDetection:SuccessRate:MinimumHosts: 0 is not allowed; it is 1 or more.",
                "catalog:OutlierDetection:SuccessRate:RequestVolume: 0 is not allowed; it is 1 or more.",
                "catalog:OutlierDetection:SuccessRate:StdevFactor: 0 is not allowed; it is a number of standard deviations above 0, like 1.9.",
                "catalog:OutlierDetection:SuccessRate:Enforcing: -1 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:SuccessRate:EnforcingLocalOrigin: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:FailurePercentage:Threshold: 0 is not allowed; it is above 0 and at most 100.",
                "catalog:OutlierDetection:FailurePercentage:MinimumHosts: 0 is not allowed; it is 1 or more.",
                "catalog:OutlierDetection:FailurePercentage:RequestVolume: 0 is not allowed; it is 1 or more.",
                "catalog:OutlierDetection:FailurePercentage:Enforcing: -1 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:FailurePercentage:EnforcingLocalOrigin: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:WindowedSuccessRate:Window: 00:00:00.0990000 is too short; the shortest is 00:00:00.1000000.",
                "catalog:OutlierDetection:WindowedSuccessRate:Threshold: 101 is not allowed; it is above 0 and at most 100.",
                "catalog:OutlierDetection:WindowedSuccessRate:RequestVolume: 0 is not allowed; it is 1 or more.",
                "catalog:OutlierDetection:WindowedSuccessRate:Enforcing: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:ReturnPolicy: 7 is not allowed; it is one of Sweep, Probe.",
                "catalog:Panic:Traffic: 7 is not allowed; it is one of All, Fail, LastStanding.",
            ],
            exception.Failures);
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
        ejection.SuccessRate = new SuccessRateOutlierOptions { MinimumHosts = 1, RequestVolume = 1, StdevFactor = 0.001, Enforcing = 0 };
        ejection.FailurePercentage = new FailurePercentageOutlierOptions { Threshold = 100, MinimumHosts = 1, RequestVolume = 1 };
        ejection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions { Window = TimeSpan.FromMilliseconds(100), Threshold = 100, RequestVolume = 1 };
    });

    [Fact]
    public void Every_key_is_read_from_configuration()
    {
        LoadBalancingOptions options = Read(new Dictionary<string, string?>
        {
            ["OutlierDetection:ConsecutiveGatewayErrors"] = "3",
            ["OutlierDetection:SplitExternalLocalOriginErrors"] = "true",
            ["OutlierDetection:ConsecutiveLocalOriginFailures"] = "7",
            ["OutlierDetection:EnforcingConsecutiveErrors"] = "10",
            ["OutlierDetection:EnforcingConsecutiveGatewayErrors"] = "20",
            ["OutlierDetection:EnforcingConsecutiveLocalOriginFailures"] = "30",
            ["OutlierDetection:ErrorStatuses:0"] = "429",
            ["OutlierDetection:ErrorExceptions:0"] = "reset",
            ["OutlierDetection:ReturnPolicy"] = "probe",
            ["OutlierDetection:SuccessRate:MinimumHosts"] = "3",
            ["OutlierDetection:SuccessRate:RequestVolume"] = "11",
            ["OutlierDetection:SuccessRate:StdevFactor"] = "1.5",
            ["OutlierDetection:SuccessRate:Enforcing"] = "40",
            ["OutlierDetection:SuccessRate:EnforcingLocalOrigin"] = "50",
            ["OutlierDetection:FailurePercentage:Threshold"] = "60",
            ["OutlierDetection:FailurePercentage:MinimumHosts"] = "4",
            ["OutlierDetection:FailurePercentage:RequestVolume"] = "12",
            ["OutlierDetection:FailurePercentage:Enforcing"] = "70",
            ["OutlierDetection:FailurePercentage:EnforcingLocalOrigin"] = "80",
            ["OutlierDetection:WindowedSuccessRate:Window"] = "30s",
            ["OutlierDetection:WindowedSuccessRate:Threshold"] = "90",
            ["OutlierDetection:WindowedSuccessRate:RequestVolume"] = "13",
            ["OutlierDetection:WindowedSuccessRate:Enforcing"] = "95",
            ["Panic:Traffic"] = "LastStanding",
        });

        OutlierDetectionSettings settings = OutlierDetectionSettings.From(options.OutlierDetection);
        Assert.Equal((3u, true, 7u), (settings.ConsecutiveGatewayErrors, settings.SplitLocalOrigin, settings.ConsecutiveLocalOriginFailures));
        Assert.Equal((10, 20, 30), (settings.EnforcingConsecutiveErrors, settings.EnforcingConsecutiveGatewayErrors, settings.EnforcingConsecutiveLocalOriginFailures));
        Assert.Equal((false, true, false), (settings.CountsConnect, settings.CountsReset, settings.CountsTimeout));
        Assert.Equal(new SuccessRateSettings(3, 11, 1.5, 40, 50), settings.SuccessRate);
        Assert.Equal(new FailurePercentageSettings(60, 4, 12, 70, 80), settings.FailurePercentage);
        Assert.Equal(new WindowedRateSettings(TimeSpan.FromSeconds(30), 90, 13, 95), settings.WindowedRate);
        Assert.Equal(EjectionReturnPolicy.Probe, settings.ReturnPolicy);
        Assert.Equal(["429"], options.OutlierDetection.ErrorStatuses);
        Assert.Equal(PanicTraffic.LastStanding, options.Panic.Traffic);
    }

    private static void Build(Action<LoadBalancingOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("catalog", options =>
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
        Assert.Empty(options.ConfigurationFaults);
        return options;
    }
}
