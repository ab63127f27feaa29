using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Detectors that can never fire are reported at startup; those that can are not.</summary>
public sealed class IneffectiveDetectorsTests
{
    [Fact]
    public void The_defaults_cause_no_warning() => AssertNone(static _ => { });

    [Fact]
    public void A_success_rate_over_too_few_endpoints_is_reported() => AssertOne(
        static options => options.SuccessRate = new SuccessRateOutlierOptions(),
        "OutlierDetection:SuccessRate can never fire with the 4 configured endpoints: MinHosts is 5. Lower it, or use WindowedSuccessRate, which evaluates " +
            "each endpoint by itself.");

    [Fact]
    public void A_failure_percentage_over_too_few_endpoints_is_reported() => AssertOne(
        static options => options.FailurePercentage = new FailurePercentageOutlierOptions(),
        "OutlierDetection:FailurePercentage can never fire with the 4 configured endpoints: MinHosts is 5. Lower it, or use WindowedSuccessRate, which " +
            "evaluates each endpoint by itself.");

    [Fact]
    public void A_deviation_impossible_for_the_set_size_is_reported()
    {
        AssertOne(
            static options => options.SuccessRate = new SuccessRateOutlierOptions { MinHosts = 4 },
            "OutlierDetection:SuccessRate can never fire with the 4 configured endpoints: no value of 4 can be more than 1.73 standard deviations below " +
                "the mean, and StdevFactor is 1.9. Lower it, or use WindowedSuccessRate, which evaluates each endpoint by itself.");
        AssertNone(static options => options.SuccessRate = new SuccessRateOutlierOptions { MinHosts = 4, StdevFactor = 1.7 });
    }

    [Fact]
    public void Endpoints_of_a_source_are_unknown_at_startup()
    {
        var options = new LoadBalancingOptions
        {
            OutlierDetection =
        {
            SuccessRate = new SuccessRateOutlierOptions(),
            FailurePercentage = new FailurePercentageOutlierOptions(),
        }
        };

        Assert.Empty(IneffectiveDetectors.Find(options));
    }

    [Fact]
    public void Gateway_errors_always_preceded_by_consecutive_errors_are_reported()
    {
        AssertOne(
            static options => options.ConsecutiveGatewayErrors = 6,
            "OutlierDetection:ConsecutiveGatewayErrors can never fire: it needs 6 in a row, and every gateway failure is one of the 5 ConsecutiveErrors " +
                "too, which are reached first. Lower it, or set ConsecutiveErrors to 0.");
        AssertNone(static options => options.ConsecutiveGatewayErrors = 5);
        AssertNone(static options => (options.ConsecutiveGatewayErrors, options.ConsecutiveErrors) = (6, 0));
        AssertNone(static options => (options.ConsecutiveGatewayErrors, options.ConsecutiveErrorsEnforcementPercent) = (6, 50));
    }

    [Fact]
    public void Gateway_errors_without_a_gateway_status_are_reported()
    {
        AssertOne(
            static options => (
                options.ConsecutiveGatewayErrors,
                options.SplitExternalLocalOriginErrors,
                options.ErrorStatuses) = (3, true, ["500-501", "505-599"]),
            "OutlierDetection:ConsecutiveGatewayErrors can never fire: none of 502, 503 and 504 is among ErrorStatuses. Add one, or set " +
                "ConsecutiveGatewayErrors to 0.");
        AssertNone(static options => (options.ConsecutiveGatewayErrors, options.ErrorStatuses) = (3, ["500-501"]));
        AssertNone(static options => (options.ConsecutiveGatewayErrors, options.SplitExternalLocalOriginErrors, options.ErrorStatuses) = (3, true, ["503"]));
    }

    [Fact]
    public void Local_origin_failures_without_a_counted_kind_are_reported()
    {
        AssertOne(
            static options => (options.SplitExternalLocalOriginErrors, options.ErrorExceptions) = (true, []),
            "OutlierDetection:ConsecutiveLocalOriginFailures can never fire: ErrorExceptions is empty, so no local origin failure counts. Add some, or set " +
                "ConsecutiveLocalOriginFailures to 0.");
        AssertNone(static options => (options.SplitExternalLocalOriginErrors, options.ErrorExceptions, options.ConsecutiveLocalOriginFailures) = (true, [], 0));
    }

    [Fact]
    public void They_are_among_the_startup_warnings()
    {
        var random = RandomSource.Seeded(1);
        using var meters = new TestMeterFactory();
        var warnings = new StartupWarnings(
            new StrategyRegistry([], random, TimeProvider.System),
            new ServiceRegistrationCollection(),
            new LoadBalancingMetrics(meters),
            NullLoggerFactory.Instance);

        Assert.Contains(
            warnings.Find(Options(static options => options.SuccessRate = new SuccessRateOutlierOptions())),
            static warning => warning.Contains("can never fire", StringComparison.Ordinal));
    }

    private static void AssertOne(Action<OutlierDetectionOptions> configure, string warning) =>
        Assert.Equal([warning], IneffectiveDetectors.Find(Options(configure)));

    private static void AssertNone(Action<OutlierDetectionOptions> configure) => Assert.Empty(IneffectiveDetectors.Find(Options(configure)));

    private static LoadBalancingOptions Options(Action<OutlierDetectionOptions> configure)
    {
        var options = new LoadBalancingOptions { Endpoints = [.. Enumerable.Range(1, 4).Select(static i => new EndpointDescription($"http://10.0.0.{i}"))] };
        configure(options.OutlierDetection);
        return options;
    }
}
