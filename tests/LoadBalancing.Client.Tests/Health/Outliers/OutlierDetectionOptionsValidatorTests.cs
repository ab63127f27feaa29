using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Validation of the options of outlier detection, in code and in configuration.</summary>
public sealed class OutlierDetectionOptionsValidatorTests
{
    [Fact]
    public void All_errors_are_reported_together()
    {
        var exception = Assert.Throws<OptionsValidationException>(static () => Build(static options =>
        {
            OutlierDetectionOptions ejection = options.OutlierDetection;
            ejection.ConsecutiveErrors = 4096;
            ejection.ConsecutiveGatewayErrors = -1;
            ejection.ConsecutiveLocalOriginFailures = 3;
            ejection.ConsecutiveErrorsEnforcementPercent = 101;
            ejection.ErrorStatuses = ["503", "6xx", 600, "504-502"];
            ejection.ErrorExceptions = ["reset", "oops"];
            ejection.RestorePolicy = (EjectionRestorePolicy)7;
            ejection.SuccessRate = new SuccessRateOutlierOptions
            {
                MinHosts =
                0,
                RequestVolume = 0,
                StdevFactor = 0,
                EnforcementPercent = -1,
                LocalOriginEnforcementPercent = 101
            };
            ejection.FailurePercentage = new FailurePercentageOutlierOptions
            {
                ThresholdPercent =
                0,
                MinHosts = 0,
                RequestVolume = 0,
                EnforcementPercent = -1,
                LocalOriginEnforcementPercent = 101
            };
            ejection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions
            {
                Window = TimeSpan.FromMilliseconds(
                99),
                ThresholdPercent = 101,
                RequestVolume = 0,
                EnforcementPercent = 101
            };
        }));

        Assert.Equal(
            [
                "catalog:OutlierDetection:ConsecutiveErrors: 4096 is not allowed; the maximum is 4095. Set 0 to switch the detector off.",
                "catalog:OutlierDetection:ConsecutiveGatewayErrors: -1 is not allowed; it must be 1 or more, or 0 to switch the detector off.",
                "catalog:OutlierDetection:ConsecutiveLocalOriginFailures: 3 is set and SplitExternalLocalOriginErrors is false, so it counts nothing; set " +
                    "that to true, or remove this.",
                "catalog:OutlierDetection:ConsecutiveErrorsEnforcementPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:ErrorStatuses:1: '6xx' cannot be read; expected a status or a range of them, 100 to 599, like 503, 500-599 or 5xx.",
                "catalog:OutlierDetection:ErrorStatuses:2: '600' cannot be read; expected a status or a range of them, 100 to 599, like 503, 500-599 or 5xx.",
                "catalog:OutlierDetection:ErrorStatuses:3: '504-502' cannot be read; expected a status or a range of them, 100 to 599, like 503, " +
                    "500-599 or 5xx.",
                "catalog:OutlierDetection:ErrorExceptions:1: 'oops' is unknown; allowed are connect, reset, timeout.",
                "catalog:OutlierDetection:SuccessRate:MinHosts: 0 is not allowed; it must be 1 or more.",
                "catalog:OutlierDetection:SuccessRate:RequestVolume: 0 is not allowed; it must be 1 or more.",
                "catalog:OutlierDetection:SuccessRate:StdevFactor: 0 is not allowed; it must be a number of standard deviations above 0, like 1.9.",
                "catalog:OutlierDetection:SuccessRate:EnforcementPercent: -1 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:SuccessRate:LocalOriginEnforcementPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:FailurePercentage:ThresholdPercent: 0 is not allowed; it must be above 0 and at most 100.",
                "catalog:OutlierDetection:FailurePercentage:MinHosts: 0 is not allowed; it must be 1 or more.",
                "catalog:OutlierDetection:FailurePercentage:RequestVolume: 0 is not allowed; it must be 1 or more.",
                "catalog:OutlierDetection:FailurePercentage:EnforcementPercent: -1 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:FailurePercentage:LocalOriginEnforcementPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:WindowedSuccessRate:Window: 00:00:00.0990000 is too short; the minimum is 00:00:00.1000000.",
                "catalog:OutlierDetection:WindowedSuccessRate:ThresholdPercent: 101 is not allowed; it must be above 0 and at most 100.",
                "catalog:OutlierDetection:WindowedSuccessRate:RequestVolume: 0 is not allowed; it must be 1 or more.",
                "catalog:OutlierDetection:WindowedSuccessRate:EnforcementPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:OutlierDetection:RestorePolicy: 7 is not allowed; it must be one of Sweep, TrialRequest.",
            ],
            exception.Failures);
    }

    [Fact]
    public void Rate_detectors_are_enabled_with_their_defaults_by_true_and_disabled_by_false()
    {
        OutlierDetectionOptions ejection = ReadJson(
            """{ "SuccessRate": true, "FailurePercentage": { "ThresholdPercent": 70 }, "WindowedSuccessRate": { "ThresholdPercent": 90 } }""",
            """{ "FailurePercentage": true, "WindowedSuccessRate": false }""").OutlierDetection;

        Assert.Equal((5, 100), (ejection.SuccessRate!.MinHosts, ejection.SuccessRate.RequestVolume));
        Assert.Equal(70, ejection.FailurePercentage!.ThresholdPercent);
        Assert.Null(ejection.WindowedSuccessRate);
    }

    [Fact]
    public void A_value_that_neither_enables_nor_disables_a_detector_is_reported_with_the_valid_ones()
    {
        LoadBalancingOptions options = ReadJson("""{ "SuccessRate": "yes", "FailurePercentage": [], "WindowedSuccessRate": null }""");

        Assert.Equal(
            [
                "LoadBalancing:catalog:OutlierDetection:FailurePercentage: '' is a single value or a list; expected true, false, or a section with the " +
                    "keys ThresholdPercent, MinHosts, RequestVolume, EnforcementPercent, LocalOriginEnforcementPercent.",
                "LoadBalancing:catalog:OutlierDetection:SuccessRate: 'yes' is a single value or a list; expected true, false, or a section with the keys " +
                    "MinHosts, RequestVolume, StdevFactor, EnforcementPercent, LocalOriginEnforcementPercent.",
            ],
            options.ConfigurationErrors);
        Assert.Null(options.OutlierDetection.WindowedSuccessRate);
    }

    [Fact]
    public void The_bounds_of_all_ranges_are_allowed() => Build(static options =>
    {
        OutlierDetectionOptions ejection = options.OutlierDetection;
        ejection.ConsecutiveErrors = 4095;
        ejection.ConsecutiveGatewayErrors = 0;
        ejection.SplitExternalLocalOriginErrors = true;
        ejection.ConsecutiveLocalOriginFailures = 0;
        ejection.ErrorStatuses = [100, 599, " 200 - 599 "];
        ejection.ErrorExceptions = [];
        ejection.SuccessRate = new SuccessRateOutlierOptions { MinHosts = 1, RequestVolume = 1, StdevFactor = 0.001, EnforcementPercent = 0 };
        ejection.FailurePercentage = new FailurePercentageOutlierOptions { ThresholdPercent = 100, MinHosts = 1, RequestVolume = 1 };
        ejection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions
        {
            Window = TimeSpan.FromMilliseconds(
            100),
            ThresholdPercent = 100,
            RequestVolume = 1
        };
    });

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
        Assert.Equal((10, 20, 30), (
            settings.ConsecutiveErrorsEnforcementPercent,
            settings.ConsecutiveGatewayErrorsEnforcementPercent,
            settings.ConsecutiveLocalOriginFailuresEnforcementPercent));
        Assert.Equal((false, true, false), (settings.CountsConnect, settings.CountsReset, settings.CountsTimeout));
        Assert.Equal(new SuccessRateSettings(3, 11, 1.5, 40, 50), settings.SuccessRate);
        Assert.Equal(new FailurePercentageSettings(60, 4, 12, 70, 80), settings.FailurePercentage);
        Assert.Equal(new WindowedSuccessRateSettings(TimeSpan.FromSeconds(30), 90, 13, 95), settings.WindowedSuccessRate);
        Assert.Equal(EjectionRestorePolicy.TrialRequest, settings.RestorePolicy);
        Assert.Equal([429], options.OutlierDetection.ErrorStatuses);
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

    /// <summary>The options of outlier detection from layers of JSON; later layers override earlier ones.</summary>
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
