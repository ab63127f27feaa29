namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>
/// Metrics and logs have their own names for detectors and causes: dashboards and alerts depend on them, so they do not follow the names in code.
/// </summary>
public sealed class EjectionNamesTests
{
    [Fact]
    public void Every_detector_has_its_name() => Assert.Equal(
        [
            "consecutive_errors", "consecutive_gateway_errors", "consecutive_local_origin_failures", "windowed_success_rate",
            "success_rate", "local_origin_success_rate", "failure_percentage", "local_origin_failure_percentage",
        ],
        Enum.GetValues<OutlierDetectorKind>().Select(EjectionNames.NameOf));

    [Fact]
    public void Every_cause_of_a_restoration_has_its_name() =>
        Assert.Equal(["sweep", "trial_request", "health_check", "detector_disabled"], Enum.GetValues<RestoreCause>().Select(EjectionNames.NameOf));

    [Fact]
    public void An_undefined_value_has_no_name()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => EjectionNames.NameOf((OutlierDetectorKind)8));
        Assert.Throws<ArgumentOutOfRangeException>(static () => EjectionNames.NameOf((RestoreCause)4));
    }
}
