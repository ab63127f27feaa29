namespace LoadBalancing.Client.Tests.Health.Outliers.Interleavings;

/// <summary>The production class itself, in every order of the steps of its threads: no ejection is lost or duplicated, and the quota holds.</summary>
public sealed class OutlierDetectorInterleavingTests
{
    [Fact]
    public void Of_two_failures_with_quota_for_one_exactly_one_ejects()
    {
        // The report that finds the quota reserved must not clear the streak that the other one is processing.
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 2, errors: 2);
            bench.Fail(0);
            return new Scenario(() => bench.ExpectEjected(0), () => bench.Fail(0), () => bench.Fail(0));
        });
    }

    [Fact]
    public void A_success_concurrent_with_the_last_failure_comes_before_it_or_after_it()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 4, errors: 2);
            bench.Fail(0);
            return new Scenario(
                () =>
                {
                    if (!bench.IsEjected(0))
                    {
                        Assert.Equal(1u, bench[0].Status.ConsecutiveErrors);
                    }

                    bench.ExpectConsistency();
                },
                () => bench.Fail(0),
                () => bench.Succeed(0));
        });
    }

    [Fact]
    public void Of_two_endpoints_with_quota_for_one_exactly_one_is_ejected()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 2, errors: 1);
            return new Scenario(
                () =>
                {
                    Assert.True(bench.IsEjected(0) ^ bench.IsEjected(1));
                    Assert.Single(bench.Refused);
                    bench.ExpectConsistency();
                },
                () => bench.Fail(0),
                () => bench.Fail(1));
        });
    }

    [Fact]
    public void Every_failure_is_counted_while_another_one_is_refused()
    {
        // The quota is taken, so the second consecutive failure is refused and resets the count; the third is the first of the new count.
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 2, errors: 2);
            bench.Eject(1, times: 2);
            bench.Fail(0);
            return new Scenario(
                () =>
                {
                    Assert.Equal(1u, bench[0].Status.ConsecutiveErrors);
                    Assert.Single(bench.Refused);
                    bench.ExpectConsistency();
                },
                () => bench.Fail(0),
                () => bench.Fail(0));
        });
    }

    [Fact]
    public void A_detection_that_becomes_due_while_another_is_refused_is_decided_too()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 2, errors: 1);
            bench.Eject(1, times: 1);
            return new Scenario(
                () =>
                {
                    Assert.Equal(2, bench.Refused.Count);
                    Assert.Equal(0u, bench[0].Status.ConsecutiveErrors);
                    bench.ExpectConsistency();
                },
                () => bench.Fail(0),
                () => bench.Fail(0));
        });
    }

    [Fact]
    public void A_refusal_concurrent_with_a_restoration_means_the_quota_was_taken_or_is_used()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 2, errors: 1);
            bench.Eject(1, times: 1);
            return new Scenario(
                () =>
                {
                    Assert.Equal(EndpointHealth.Available, bench[1].Health);
                    Assert.Equal(1, bench.Refused.Count + bench.Ejected.Count(static e => e.Endpoint.Address.Host == "a"));
                    bench.ExpectConsistency();
                },
                bench.SweepWhenDue,
                () => bench.Fail(0));
        });
    }

    [Fact]
    public void Reports_of_an_earlier_generation_concurrent_with_a_restoration_change_nothing()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 2, errors: 1);
            bench.Eject(0, times: 1);
            return new Scenario(
                () =>
                {
                    Assert.Equal(EndpointHealth.Available, bench[0].Health);
                    Assert.Equal(2u, bench[0].Status.Generation);
                    Assert.False(bench[0].Status.HasStreak);
                    bench.ExpectConsistency();
                },
                bench.SweepWhenDue,
                () => bench.Fail(0, generation: 0),
                () => bench.Succeed(0, generation: 0));
        });
    }

    [Fact]
    public void A_failure_of_the_new_generation_concurrent_with_its_start_is_counted_or_too_early()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 2, errors: 2);
            bench.Eject(0, times: 2);
            int counted = 0;
            return new Scenario(
                () =>
                {
                    Assert.Equal((uint)counted, bench[0].Status.ConsecutiveErrors);
                    bench.ExpectConsistency();
                },
                bench.SweepWhenDue,
                () =>
                {
                    uint generation = bench[0].Status.Generation;
                    counted = generation == 2 ? 1 : 0;
                    bench.Fail(0, generation);
                });
        });
    }

    [Fact]
    public void An_endpoint_removed_concurrently_with_its_ejection_keeps_no_quota()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 3, errors: 1);
            return new Scenario(
                () =>
                {
                    Assert.True(bench[0].IsRemoved);
                    Assert.Equal(0, bench.Detector.EjectedCount);
                },
                () => bench.Fail(0),
                () => bench.Remove(0));
        });
    }

    [Fact]
    public void An_ejected_endpoint_removed_concurrently_with_its_trial_releases_quota_once()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 3, errors: 1, EjectionRestorePolicy.TrialRequest);
            bench.Eject(0, times: 1);
            return new Scenario(
                () =>
                {
                    Assert.True(bench[0].IsRemoved);
                    Assert.Equal(0, bench.Detector.EjectedCount);
                },
                () => bench.Detector.OnTrialEnded(bench[0], generation: 1, AttemptOutcome.Success),
                () => bench.Remove(0));
        });
    }

    [Fact]
    public void Two_concurrent_picks_do_not_both_get_the_trial_request()
    {
        DetectorBench.Explore(static () =>
        {
            var gate = new TrialGate();
            int entered = 0;
            return new Scenario(() => Assert.Equal(1, entered), () => Enter(), () => Enter(), () => Enter());

            void Enter()
            {
                if (gate.TryEnter(isRetryable: true, now: 0))
                {
                    entered++;
                }
            }
        });
    }

    [Fact]
    public void After_a_failed_trial_request_no_pick_passes_on_a_stale_read()
    {
        DetectorBench.Explore(static () =>
        {
            var gate = new TrialGate();
            int entered = gate.TryEnter(isRetryable: true, now: 0) ? 1 : 0;
            return new Scenario(
                () => Assert.Equal((1, false, true), (entered, gate.TryEnter(isRetryable: true, now: 9), gate.TryEnter(isRetryable: true, now: 10))),
                () => gate.Leave(closedUntil: 10),
                Enter,
                Enter);

            void Enter()
            {
                if (gate.TryEnter(isRetryable: true, now: 1))
                {
                    entered++;
                }
            }
        });
    }

    [Fact]
    public void Of_two_detectors_that_fire_concurrently_from_two_reports_the_enforced_one_ejects()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(
                endpoints: 2,
                errors: 2,
                configure: static settings => settings with { ConsecutiveGatewayErrors = 1, ConsecutiveGatewayErrorsEnforcementPercent = 0 });
            return new Scenario(() => bench.ExpectEjected(0), () => bench.Fail(0, kind: FailureKind.Gateway), () => bench.Fail(0, kind: FailureKind.Gateway));
        });
    }

    [Fact]
    public void A_failed_health_check_concurrent_with_an_ejection_does_not_affect_it()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(endpoints: 2, errors: 1);
            return new Scenario(
                () =>
                {
                    bench.ExpectEjected(0);
                    Assert.True(bench[0].Status.IsFailingHealthChecks);
                },
                () => bench.Fail(0),
                () => bench[0].SetFailingHealthChecks(true));
        });
    }

    [Fact]
    public void The_sweep_waits_for_the_claim_and_then_decides()
    {
        DetectorBench.Explore(static () =>
        {
            DetectorBench bench = new(
                endpoints: 2,
                errors: 0,
                configure: static settings => settings with { FailurePercentage = new FailurePercentageSettings(85, 1, 1, 100, 100) });
            bench.Fail(0);
            return new Scenario(() => bench.ExpectEjected(0), bench.SweepWhenDue, () => ClaimAndLetGo(bench[0]));
        });
    }

    private static void ClaimAndLetGo(UpstreamEndpoint endpoint)
    {
        EndpointStatus status = endpoint.Status;
        if (!status.IsEjected && !status.IsClaimed && endpoint.TryChangeStatus(status, status.WithClaim()))
        {
            endpoint.TryChangeStatus(status.WithClaim(), status);
        }
    }
}
