using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Health.Outliers.Interleavings;

/// <summary>
/// One operation runs, and another one runs completely before each of its steps in turn: the behaviour of a lock-free step that loses a race. Fewer
/// orders than the explorer tries, and no threads, so all of them are fast.
/// </summary>
public sealed class InterruptionTests
{
    [Fact]
    public void Two_attempts_counted_for_the_sweep_are_both_kept() => Each(static () =>
    {
        var tally = new EndpointOutlierState();
        return new Scenario(
            () => Assert.Equal(new OutcomeTotals(1, 2), tally.Take(0, out _)),
            () => tally.AddResponse(0, success: true),
            () => tally.AddResponse(0, success: false));
    });

    [Fact]
    public void An_attempt_counted_during_a_take_is_in_this_take_or_the_next() => Each(static () =>
    {
        var tally = new EndpointOutlierState();
        tally.AddResponse(0, success: true);
        uint taken = 0;
        return new Scenario(
            () => Assert.Equal(2u, taken + tally.Take(0, out _).Total),
            () => tally.AddResponse(0, success: true),
            () => taken = tally.Take(0, out _).Total);
    });

    [Fact]
    public void An_attempt_of_an_earlier_generation_does_not_change_the_count_of_a_later_one() => Each(static () =>
    {
        var tally = new EndpointOutlierState();
        return new Scenario(
            () => Assert.Equal(new OutcomeTotals(1, 1), tally.Take(2, out _)),
            () => tally.AddResponse(0, success: false),
            () => tally.AddResponse(2, success: true));
    });

    [Fact]
    public void Two_attempts_counted_in_a_window_are_both_kept() => Each(static () =>
    {
        var window = new OutcomeWindow(0, 1);
        return new Scenario(
            () => Assert.Equal((new OutcomeTotals(1, 2), true), (window.Count(5), window.HasFailures(5))),
            () => window.Add(5, success: true),
            () => window.Add(5, success: false));
    });

    [Fact]
    public void An_attempt_of_an_earlier_step_does_not_change_the_bucket_of_a_later_one() => Each(static () =>
    {
        var window = new OutcomeWindow(0, 1);
        return new Scenario(
            () => Assert.Equal(new OutcomeTotals(1, 1), window.Count(15)),
            () => window.Add(5, success: true),
            () => window.Add(15, success: true));
    });

    [Fact]
    public void Two_concurrent_creations_of_a_window_yield_the_same_window() => Each(static () =>
    {
        var tally = new EndpointOutlierState();
        OutcomeWindow? first = null;
        OutcomeWindow? second = null;
        return new Scenario(() => Assert.Same(first, second), () => first = tally.GetOrAddWindow(2, 1), () => second = tally.GetOrAddWindow(2, 1));
    });

    [Fact]
    public void A_request_for_the_window_of_an_earlier_generation_does_not_replace_a_later_one() => Each(static () =>
    {
        var tally = new EndpointOutlierState();
        OutcomeWindow? later = null;
        return new Scenario(() => Assert.Same(later, tally.GetOrAddWindow(2, 1)), () => tally.GetOrAddWindow(0, 1), () => later = tally.GetOrAddWindow(2, 1));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_two_concurrent_reservations_as_many_succeed_as_the_quota_allows(int limit) => Each(() =>
    {
        var cap = new EjectionQuota();
        int got = 0;
        return new Scenario(() => Assert.Equal((Math.Min(limit, 2), Math.Min(limit, 2)), (got, cap.Ejected)), Reserve, Reserve);

        void Reserve()
        {
            if (cap.TryReserve(limit))
            {
                got++;
            }
        }
    });

    [Fact]
    public void Quota_released_during_a_reservation_is_available() => Each(static () =>
    {
        var cap = new EjectionQuota();
        cap.TryReserve(3);
        return new Scenario(() => Assert.Equal(1, cap.Ejected), () => cap.TryReserve(3), cap.Release);
    });

    [Fact]
    public void The_step_of_the_window_never_decreases() => Each(static () =>
    {
        var time = new FakeTimeProvider();
        var steps = new WindowSteps(TimeSpan.FromSeconds(1), time, time.GetTimestamp());
        time.Advance(TimeSpan.FromSeconds(5));
        long inner = 0;
        return new Scenario(
            () =>
            {
                Assert.InRange(inner, 5, 8);
                Assert.Equal(8, steps.Current);
                steps.Dispose();
            },
            () => Assert.InRange(steps.Current, 5, 8),
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(3));
                inner = steps.Current;
            });
    });

    [Fact]
    public void Of_two_restorations_one_is_reported_and_releases_quota_once() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 4, errors: 1, EjectionRestorePolicy.TrialRequest);
        bench.Eject(0, times: 1);
        bench.Eject(1, times: 1);
        return new Scenario(
            () =>
            {
                Assert.Single(bench.Returned);
                bench.ExpectConsistency();
            },
            () => bench.Detector.OnTrialEnded(bench[0], generation: 1, AttemptOutcome.Success),
            () => bench.Detector.OnTrialEnded(bench[0], generation: 1, AttemptOutcome.Success));
    });

    [Fact]
    public void A_trial_request_and_a_health_check_restore_an_endpoint_once() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 4, errors: 1, EjectionRestorePolicy.TrialRequest);
        bench.Eject(0, times: 1);
        return new Scenario(
            () =>
            {
                Assert.Single(bench.Returned);
                bench.ExpectConsistency();
            },
            () => bench.Detector.RestoreOnHealthyProbe(bench[0]),
            () => bench.Detector.OnTrialEnded(bench[0], generation: 1, AttemptOutcome.Success));
    });

    [Fact]
    public void An_endpoint_removed_during_its_restoration_releases_quota_once() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 4, errors: 1, EjectionRestorePolicy.TrialRequest);
        bench.Eject(0, times: 1);
        bench.Eject(1, times: 1);
        return new Scenario(
            () => Assert.Equal((true, 1), (bench[0].IsRemoved, bench.Detector.EjectedCount)),
            () => bench.Detector.OnTrialEnded(bench[0], generation: 1, AttemptOutcome.Success),
            () => bench.Remove(0));
    });

    [Fact]
    public void An_endpoint_removed_during_its_ejection_keeps_no_quota() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 4, errors: 1);
        bench.Eject(1, times: 1);
        return new Scenario(() => Assert.Equal((true, 1), (bench[0].IsRemoved, bench.Detector.EjectedCount)), () => bench.Fail(0), () => bench.Remove(0));
    });

    [Fact]
    public void A_failure_during_the_removal_of_its_endpoint_takes_no_quota() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 4, errors: 1);
        return new Scenario(() => Assert.Equal((true, 0), (bench[0].IsRemoved, bench.Detector.EjectedCount)), () => bench.Remove(0), () => bench.Fail(0));
    });

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(3u)]
    public void Two_failures_are_both_counted_and_one_ejects(uint errors) => Each(() =>
    {
        DetectorBench bench = new(endpoints: 2, errors);
        return new Scenario(
            () =>
            {
                Assert.Equal((errors <= 2, 0), (bench.IsEjected(0), bench.Refused.Count));
                Assert.Equal(errors <= 2 ? 0u : 2u, bench[0].Status.ConsecutiveErrors);
                bench.ExpectConsistency();
            },
            () => bench.Fail(0),
            () => bench.Fail(0));
    });

    [Fact]
    public void A_success_during_a_failure_clears_earlier_failures() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 2, errors: 3);
        bench.Fail(0);
        return new Scenario(() => Assert.InRange(bench[0].Status.ConsecutiveErrors, 0u, 1u), () => bench.Fail(0), () => bench.Succeed(0));
    });

    [Fact]
    public void A_failure_during_a_success_is_counted_or_cleared() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 2, errors: 3);
        bench.Fail(0);
        return new Scenario(() => Assert.Equal(0u, bench[0].Status.ConsecutiveErrors), () => bench.Succeed(0), () => bench.Fail(0));
    });

    [Fact]
    public void A_failure_during_a_refused_ejection_is_refused_too() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 2, errors: 1);
        bench.Eject(1, times: 1);
        return new Scenario(
            () =>
            {
                Assert.Equal((2, 0u), (bench.Refused.Count, bench[0].Status.ConsecutiveErrors));
                bench.ExpectConsistency();
            },
            () => bench.Fail(0),
            () => bench.Fail(0));
    });

    [Fact]
    public void A_success_during_a_decision_does_not_change_the_decision() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 2, errors: 1);
        return new Scenario(() => bench.ExpectConsistency(), () => bench.Fail(0), () => bench.Succeed(0));
    });

    [Fact]
    public void Of_two_endpoints_with_quota_for_one_one_is_ejected_and_the_other_refused() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 2, errors: 1);
        bool first = false;
        bool second = false;
        return new Scenario(
            () =>
            {
                Assert.True(first ^ second);
                Assert.Single(bench.Refused, static refusal => refusal.IsEnforced);
                bench.ExpectConsistency();
            },
            () => first = bench.Detector.OnFailure(bench[0], 0, AttemptOutcome.Failure(FailureKind.ErrorResponse)),
            () => second = bench.Detector.OnFailure(bench[1], 0, AttemptOutcome.Failure(FailureKind.ErrorResponse)));
    });

    [Fact]
    public void A_detection_that_waits_for_another_decision_is_not_cleared_by_a_success() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 2, errors: 1);
        bench.Eject(1, times: 1);
        return new Scenario(
            () =>
            {
                Assert.Equal(2, bench.Refused.Count);
                bench.ExpectConsistency();
            },
            () => bench.Fail(0),
            () =>
            {
                bench.Fail(0);
                bench.Succeed(0);
            });
    });

    [Fact]
    public void A_streak_below_the_threshold_is_cleared_by_a_success_even_while_the_sweep_decides() => Each(static () =>
    {
        DetectorBench bench = new(
            endpoints: 2,
            errors: 5,
            configure: static settings => settings with { FailurePercentage = new FailurePercentageSettings(50, 1, 1, 0, 0) });
        bench.Fail(0);
        return new Scenario(
            () =>
            {
                Assert.Equal(0u, bench[0].Status.ConsecutiveErrors);
                bench.ExpectConsistency();
            },
            bench.SweepWhenDue,
            () => bench.Succeed(0));
    });

    [Fact]
    public void A_failure_during_a_sweep_is_detected_by_the_sweep_or_by_its_report() => Each(static () =>
    {
        DetectorBench bench = new(
            endpoints: 2,
            errors: 2,
            configure: static settings => settings with { FailurePercentage = new FailurePercentageSettings(85, 1, 1, 100, 100) });
        bench.Fail(0);
        return new Scenario(() => bench.ExpectEjected(0), bench.SweepWhenDue, () => bench.Fail(0));
    });

    [Fact]
    public void A_window_that_fills_while_the_sweep_decides_is_evaluated_before_the_claim_is_released() => Each(static () =>
    {
        // The sweep's detection is not enforced; the concurrent detection of the reports is.
        DetectorBench bench = new(endpoints: 2, errors: 0, configure: static settings => settings with
        {
            FailurePercentage = new FailurePercentageSettings(85, 1, 1, 0, 0),
            WindowedSuccessRate = new WindowedSuccessRateSettings(TimeSpan.FromSeconds(100), 80, 3, 100),
        });
        bench.Fail(0);
        return EjectedByTwoMore(bench, bench.SweepWhenDue);
    });

    [Fact]
    public void A_streak_that_fills_while_the_sweep_decides_is_evaluated_before_the_claim_is_released() => Each(static () =>
    {
        DetectorBench bench = new(
            endpoints: 2,
            errors: 3,
            configure: static settings => settings with { FailurePercentage = new FailurePercentageSettings(85, 1, 1, 0, 0) });
        bench.Fail(0);
        return EjectedByTwoMore(bench, bench.SweepWhenDue);
    });

    [Fact]
    public void A_window_that_fills_while_a_streak_is_refused_is_evaluated_too() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 2, errors: 1, configure: static settings => settings with
        {
            ConsecutiveErrorsEnforcementPercent = 0,
            WindowedSuccessRate = new WindowedSuccessRateSettings(TimeSpan.FromSeconds(100), 80, 3, 100),
        });
        return EjectedByTwoMore(bench, () => bench.Fail(0));
    });

    [Fact]
    public void A_restoration_during_a_late_report_is_not_affected_by_it() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 2, errors: 1);
        bench.Eject(0, times: 1);
        return new Scenario(
            () =>
            {
                Assert.Equal((EndpointHealth.Available, 2u, false), (bench[0].Health, bench[0].Status.Generation, bench[0].Status.HasStreak));
                bench.ExpectConsistency();
            },
            () => bench.Fail(0, generation: 0),
            bench.SweepWhenDue);
    });

    [Fact]
    public void A_health_change_during_an_ejection_or_a_restoration_changes_neither() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 4, errors: 1);
        bench.Eject(1, times: 1);
        return new Scenario(
            () =>
            {
                Assert.Equal((true, true), (bench[0].Status.IsEjected, bench[0].Status.IsFailingHealthChecks));
                Assert.Equal((false, true), (bench[1].Status.IsEjected, bench[1].Status.IsFailingHealthChecks));
                bench.ExpectConsistency();
            },
            () =>
            {
                bench.Fail(0);
                bench.Detector.RestoreOnHealthyProbe(bench[1]);
            },
            () =>
            {
                bench[0].SetFailingHealthChecks(true);
                bench[1].SetFailingHealthChecks(true);
            });
    });

    [Fact]
    public void A_health_change_during_the_removal_of_its_endpoint_releases_no_quota() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 4, errors: 1);
        bench.Eject(0, times: 1);
        return new Scenario(
            () => Assert.Equal((true, 0), (bench[0].IsRemoved, bench.Detector.EjectedCount)),
            () => bench.Remove(0),
            () => bench[0].SetFailingHealthChecks(true));
    });

    [Fact]
    public void Of_two_concurrent_picks_one_gets_the_trial_request() => Each(static () =>
    {
        var gate = new TrialGate();
        int entered = 0;
        return new Scenario(() => Assert.Equal(1, entered), Enter, Enter);

        void Enter()
        {
            if (gate.TryEnter(isRetryable: true, now: 0))
            {
                entered++;
            }
        }
    });

    [Fact]
    public void A_pick_during_a_failing_trial_request_gets_none_and_leaves_the_gate_open() => Each(static () =>
    {
        var gate = new TrialGate();
        gate.TryEnter(isRetryable: true, now: 0);
        bool entered = false;
        return new Scenario(
            () => Assert.Equal((false, false, true), (entered, gate.TryEnter(isRetryable: true, now: 9), gate.TryEnter(isRetryable: true, now: 10))),
            () => entered = gate.TryEnter(isRetryable: true, now: 1),
            () => gate.Leave(closedUntil: 10));
    });

    [Fact]
    public void A_multiplier_decreased_while_the_next_ejection_begins_shortens_it() => Each(static () =>
    {
        DetectorBench bench = new(endpoints: 2, errors: 1, configure: static settings => settings with { MaxEjectionTime = TimeSpan.FromMinutes(5) });
        bench[0].EjectionHistory.TryChangeMultiplier(0, 2);
        bool forgiven = false;
        return new Scenario(
            () => Assert.Equal(forgiven ? 2 : 3, bench[0].EjectionHistory.Multiplier),
            () => bench.Fail(0),
            () => forgiven = bench[0].EjectionHistory.TryChangeMultiplier(2, 1));
    });

    /// <summary>Two more failures come during an operation, and after both the endpoint is ejected.</summary>
    private static Scenario EjectedByTwoMore(DetectorBench bench, Action during) => new(
        () => bench.ExpectEjected(0),
        during,
        () =>
        {
            bench.Fail(0);
            bench.Fail(0);
        });

    private static void Each(Func<Scenario> arrange) => Assert.True(Explorer.RunInterrupted(arrange) > 0);
}
