namespace LoadBalancing.Client.Tests.Health.Outliers.Interleavings;

/// <summary>The same for scenarios with many orders: most take seconds, and one takes a minute.</summary>
public sealed class OutlierDetectorLongInterleavingTests
{
    [Fact]
    public void Of_three_failures_exactly_the_third_ejects_on_any_thread()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 4, errors: 3);
            return new Scenario(() => bench.ExpectEjected(0), () => bench.Fail(0), () => bench.Fail(0), () => bench.Fail(0));
        });
    }

    [Fact]
    public void Of_three_endpoints_with_quota_for_two_exactly_two_are_ejected()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 4, errors: 1);
            return new Scenario(
                () =>
                {
                    Assert.Equal(2, bench.Ejected.Count);
                    bench.ExpectConsistency();
                },
                () => bench.Fail(0),
                () => bench.Fail(1),
                () => bench.Fail(2));
        });
    }

    [Fact]
    public void Two_detections_of_the_same_endpoint_take_no_quota_from_another()
    {
        // Quota for two. If both detections reserved quota, the other endpoint would find none, although one reservation is released immediately afterwards.
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 4, errors: 1);
            return new Scenario(
                () =>
                {
                    bench.ExpectEjected(0);
                    bench.ExpectEjected(1);
                },
                () => bench.Fail(0),
                () => bench.Fail(0),
                () => bench.Fail(1));
        });
    }

    [Fact]
    public void A_detection_of_the_sweep_and_one_of_a_report_eject_once_together()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(
                endpoints: 2,
                errors: 2,
                configure: static settings => settings with { FailurePercentage = new FailurePercentageSettings(85, 1, 1, 100, 100) });
            bench.Fail(0);
            return new Scenario(() => bench.ExpectEjected(0), bench.SweepWhenDue, () => bench.Fail(0));
        });
    }

    [Fact]
    public void A_detection_of_the_sweep_is_not_lost_to_a_report_that_is_not_enforced()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 2, errors: 2, configure: static settings => settings with
            {
                FailurePercentage = new FailurePercentageSettings(85, 1, 1, 100, 100),
                ConsecutiveErrorsEnforcementPercent = 0,
            });
            bench.Fail(0);
            return new Scenario(() => bench.ExpectEjected(0), bench.SweepWhenDue, () => bench.Fail(0));
        });
    }

    [Fact]
    public void Concurrent_reports_that_fill_the_window_eject_once()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(
                endpoints: 2,
                errors: 0,
                configure: static settings => settings with { WindowedSuccessRate = new WindowedSuccessRateSettings(TimeSpan.FromSeconds(10), 80, 2, 100) });
            return new Scenario(() => bench.ExpectEjected(0), () => bench.Fail(0), () => bench.Fail(0));
        });
    }
}
