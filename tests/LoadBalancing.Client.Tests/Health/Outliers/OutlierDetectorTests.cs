using LoadBalancing.Client.Tests.Health.Outliers.Interleavings;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>The effect of single reports, and reports that reach the detector too late.</summary>
public sealed class OutlierDetectorTests
{
    [Fact]
    public void Only_the_report_that_ejects_an_endpoint_returns_true()
    {
        DetectorBench bench = new(endpoints: 2, errors: 2, configure: static settings => settings with { CountsReset = false });

        Assert.Equal([
            false,
            false,
            true,
            false,
        ], new[] { FailureKind.ErrorResponse, FailureKind.Reset, FailureKind.ErrorResponse, FailureKind.ErrorResponse }.Select(kind => Report(bench, 0, kind)));

        // MaxEjectionPercent is reached.
        Assert.Equal([false, false], new[] { FailureKind.ErrorResponse, FailureKind.ErrorResponse }.Select(kind => Report(bench, 1, kind)));
        Assert.Single(bench.Refused);
    }

    [Fact]
    public void A_failure_of_an_earlier_generation_ejects_nothing()
    {
        DetectorBench bench = new(endpoints: 2, errors: 1);
        bench.Eject(0, times: 1);
        bench.SweepWhenDue();

        Assert.False(Report(bench, 0, FailureKind.ErrorResponse));
        Assert.False(bench.IsEjected(0));
    }

    [Fact]
    public void A_success_clears_the_streak_even_while_a_failure_is_in_the_window()
    {
        DetectorBench bench = new(
            endpoints: 2,
            errors: 3,
            configure: static settings => settings with { WindowedSuccessRate = new WindowedSuccessRateSettings(TimeSpan.FromSeconds(10), 80, 100, 100) });
        bench.Fail(0);

        bench.Succeed(0);

        Assert.False(bench[0].Status.HasStreak);
    }

    [Fact]
    public void A_detection_of_a_sweep_that_is_not_enforced_counts_as_no_failure()
    {
        DetectorBench bench = new(
            endpoints: 2,
            errors: 5,
            configure: static settings => settings with { FailurePercentage = new FailurePercentageSettings(85, 1, 1, 0, 0) });
        bench.Fail(0);

        bench.SweepWhenDue();

        Assert.Equal((1, 1u, false), (bench.Refused.Count, bench[0].Status.ConsecutiveErrors, bench[0].Status.IsClaimed));
    }

    [Fact]
    public void Two_ejected_endpoints_are_both_restored()
    {
        DetectorBench bench = new(endpoints: 4, errors: 1);
        bench.SweepWhenDue();
        bench.Fail(0);
        bench.Fail(1);
        bench.SweepWhenDue();
        Assert.Equal(2, bench.Returned.Count);

        // And the multipliers of both are zero.
        bench.SweepWhenDue();
        Assert.Equal((0, 0), (bench[0].EjectionHistory.Multiplier, bench[1].EjectionHistory.Multiplier));
    }

    [Theory]
    [InlineData(1, 0, "1 failure: Reset")]
    [InlineData(0, 1, "1 local origin failure: Reset")]
    public void A_threshold_of_one_is_reported_in_the_singular(uint errors, uint local, string reason)
    {
        DetectorBench bench = new(
            endpoints: 2,
            errors,
            configure: settings => settings with { SplitLocalOrigin = local > 0, ConsecutiveLocalOriginFailures = local });

        bench.Fail(0, kind: FailureKind.Reset);

        Assert.Equal(reason, bench[0].HealthReason);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attempts_on_an_ejected_endpoint_in_panic_change_nothing(bool success)
    {
        DetectorBench bench = new(endpoints: 2, errors: 1);
        bench.Eject(0, times: 1);
        EndpointStatus ejected = bench[0].Status;

        if (success)
        {
            bench.Succeed(0, generation: 1);
        }
        else
        {
            bench.Fail(0, generation: 1);
        }

        Assert.Equal(ejected, bench[0].Status);
        Assert.Empty(bench.Refused);
    }

    [Fact]
    public void A_success_of_an_earlier_generation_clears_nothing()
    {
        DetectorBench bench = new(endpoints: 2, errors: 2);
        bench.Eject(0, times: 2);
        bench.SweepWhenDue();
        bench.Fail(0, generation: 2);

        bench.Succeed(0, generation: 0);

        Assert.Equal((2u, 1u), (bench[0].Status.Generation, bench[0].Status.ConsecutiveErrors));
    }

    [Fact]
    public void A_trial_request_of_an_earlier_ejection_does_not_open_the_gate_of_a_later_one()
    {
        DetectorBench bench = new(endpoints: 2, errors: 1, EjectionRestorePolicy.TrialRequest);
        bench.Eject(0, times: 1);
        bench.Detector.OnTrialEnded(bench[0], generation: 1, AttemptOutcome.Success);
        bench.Fail(0, generation: 2);
        TrialGate gate = bench[0].CurrentEjection!.TrialGate;
        Assert.True(gate.TryEnter(isRetryable: true, now: 0));

        bench.Detector.OnTrialEnded(bench[0], generation: 1, AttemptOutcome.Neutral);
        bench.Detector.OnTrialEnded(bench[0], generation: 1, AttemptOutcome.Success);
        Assert.False(gate.TryEnter(isRetryable: true, now: 0));
        Assert.True(bench.IsEjected(0));

        bench.Detector.OnTrialEnded(bench[0], generation: 3, AttemptOutcome.Neutral);
        Assert.True(gate.TryEnter(isRetryable: true, now: long.MaxValue));
    }

    [Fact]
    public void A_passed_probe_of_an_available_endpoint_changes_nothing()
    {
        DetectorBench bench = new(endpoints: 2, errors: 2);
        bench.Fail(0);

        bench.Detector.RestoreOnHealthyProbe(bench[0]);

        Assert.Equal((0u, 1u), (bench[0].Status.Generation, bench[0].Status.ConsecutiveErrors));
        Assert.Empty(bench.Returned);
    }

    [Fact]
    public void A_sweep_that_starts_after_the_detector_was_disposed_does_nothing()
    {
        var time = new ManualTime();
        OutlierDetectionSettings settings = OutlierDetectionSettings.From(new OutlierDetectionOptions { ConsecutiveErrors = 1 });
        var detector = new OutlierDetector(settings, new IgnoredEjectionEvents(), time, RandomSource.Seeded(1), TestGuard.Create());
        UpstreamEndpoint[] endpoints = [.. "ab".Select(static name => new UpstreamEndpoint(
            new EndpointIdentity(new Uri($"http://{name}"), Hostname: null),
            $"http://{name}",
            new EndpointLoad()))];
        detector.SetEndpoints(endpoints, []);
        detector.OnFailure(endpoints[0], generation: 0, AttemptOutcome.Failure(FailureKind.ErrorResponse));
        time.Now = TimeSpan.FromHours(1);
        detector.Dispose();

        time.Fire();

        Assert.Equal((0, EndpointHealth.Ejected), (detector.SweepCount, endpoints[0].Health));
    }

    private static bool Report(DetectorBench bench, int endpoint, FailureKind kind) =>
        bench.Detector.OnFailure(bench[endpoint], generation: 0, AttemptOutcome.Failure(kind));
}
