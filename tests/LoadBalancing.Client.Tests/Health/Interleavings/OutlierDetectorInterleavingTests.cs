using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Health.Interleavings;

/// <summary>The production class itself, in every order of the steps of its threads: no ejection is lost, none is made twice, and the cap holds.</summary>
public sealed class OutlierDetectorInterleavingTests
{
    [Fact]
    public void Of_two_failures_that_reach_for_the_one_slot_exactly_one_ejects()
    {
        // The one that finds the slot taken must not clear the streak that the other one is acting on.
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 2);
            bench.Fail(0);
            return new Scenario(() => bench.ExpectEjected(0), () => bench.Fail(0), () => bench.Fail(0));
        });
    }

    [Fact]
    public void Of_three_failures_exactly_the_third_ejects_whoever_makes_it()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 4, errors: 3);
            return new Scenario(() => bench.ExpectEjected(0), () => bench.Fail(0), () => bench.Fail(0), () => bench.Fail(0));
        });
    }

    [Fact]
    public void A_success_beside_the_last_failure_comes_before_it_or_after_it()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 4, errors: 2);
            bench.Fail(0);
            return new Scenario(
                () =>
                {
                    if (!bench.IsEjected(0))
                    {
                        Assert.Equal(1u, bench[0].Status.Errors);
                    }

                    bench.ExpectConsistency();
                },
                () => bench.Fail(0),
                () => bench.Succeed(0));
        });
    }

    [Fact]
    public void Of_two_endpoints_with_room_for_one_exactly_one_goes_out()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 1);
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
    public void Of_three_endpoints_with_room_for_two_exactly_two_go_out()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 4, errors: 1);
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
    public void Two_that_find_the_same_endpoint_bad_take_no_slot_from_another()
    {
        // Room for two. Were each of the two to reserve a slot, the other endpoint would find none, and one of the slots would be given back a moment later.
        Explore(static () =>
        {
            Bench bench = new(endpoints: 4, errors: 1);
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
    public void No_failure_goes_uncounted_while_another_one_is_refused()
    {
        // The slot is taken, so the second failure in a row is refused and starts the count anew; the third is its first.
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 2);
            bench.Eject(1, times: 2);
            bench.Fail(0);
            return new Scenario(
                () =>
                {
                    Assert.Equal(1u, bench[0].Status.Errors);
                    Assert.Single(bench.Refused);
                    bench.ExpectConsistency();
                },
                () => bench.Fail(0),
                () => bench.Fail(0));
        });
    }

    [Fact]
    public void A_detection_that_comes_due_while_another_is_refused_is_decided_too()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 1);
            bench.Eject(1, times: 1);
            return new Scenario(
                () =>
                {
                    Assert.Equal(2, bench.Refused.Count);
                    Assert.Equal(0u, bench[0].Status.Errors);
                    bench.ExpectConsistency();
                },
                () => bench.Fail(0),
                () => bench.Fail(0));
        });
    }

    [Fact]
    public void A_refusal_beside_a_return_is_no_loss_either_the_slot_was_taken_or_it_is_used()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 1);
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
    public void Reports_of_an_earlier_life_beside_a_return_change_nothing()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 1);
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
    public void A_failure_of_the_new_life_beside_its_beginning_is_counted_or_was_too_early()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 2);
            bench.Eject(0, times: 2);
            int counted = 0;
            return new Scenario(
                () =>
                {
                    Assert.Equal((uint)counted, bench[0].Status.Errors);
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
    public void A_member_that_leaves_beside_its_ejection_keeps_no_slot()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 3, errors: 1);
            return new Scenario(
                () =>
                {
                    Assert.Equal(EndpointHealth.Removed, bench[0].Health);
                    Assert.Equal(0, bench.Detector.Ejected);
                },
                () => bench.Fail(0),
                () => bench.Remove(0));
        });
    }

    [Fact]
    public void An_ejected_member_that_leaves_beside_its_probe_gives_its_slot_back_once()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 3, errors: 1, EjectionReturnPolicy.Probe);
            bench.Eject(0, times: 1);
            return new Scenario(
                () =>
                {
                    Assert.Equal(EndpointHealth.Removed, bench[0].Health);
                    Assert.Equal(0, bench.Detector.Ejected);
                },
                () => bench.Detector.OnProbeEnded(bench[0], generation: 1, AttemptOutcome.Success),
                () => bench.Remove(0));
        });
    }

    [Fact]
    public void Two_that_reach_for_the_one_probe_do_not_both_get_it()
    {
        Explore(static () =>
        {
            var gate = new ProbeGate();
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
    public void After_a_probe_that_failed_nobody_slips_through_on_an_earlier_look()
    {
        Explore(static () =>
        {
            var gate = new ProbeGate();
            int entered = gate.TryEnter(isRetryable: true, now: 0) ? 1 : 0;
            return new Scenario(() => Assert.Equal((1, false), (entered, gate.TryEnter(isRetryable: true, now: 9))), () => gate.Leave(closedUntil: 10), Enter, Enter);

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
    public void What_the_sweep_finds_and_what_a_report_finds_eject_once_between_them()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 2, configure: static settings => settings with { FailurePercentage = new FailurePercentageSettings(85, 1, 1, 100, 100) });
            bench.Fail(0);
            return new Scenario(() => bench.ExpectEjected(0), bench.SweepWhenDue, () => bench.Fail(0));
        });
    }

    [Fact]
    public void What_the_sweep_finds_is_not_lost_to_a_report_that_is_not_enforced()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 2, configure: static settings => settings with
            {
                FailurePercentage = new FailurePercentageSettings(85, 1, 1, 100, 100),
                EnforcingConsecutiveErrors = 0,
            });
            bench.Fail(0);
            return new Scenario(() => bench.ExpectEjected(0), bench.SweepWhenDue, () => bench.Fail(0));
        });
    }

    [Fact]
    public void Of_two_detectors_that_fire_at_once_from_two_reports_the_enforced_one_ejects()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 2, configure: static settings => settings with { ConsecutiveGatewayErrors = 1, EnforcingConsecutiveGatewayErrors = 0 });
            return new Scenario(() => bench.ExpectEjected(0), () => bench.Fail(0, kind: FailureKind.Gateway), () => bench.Fail(0, kind: FailureKind.Gateway));
        });
    }

    [Fact]
    public void Reports_that_fill_the_window_together_eject_once()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 0, configure: static settings => settings with { WindowedRate = new WindowedRateSettings(TimeSpan.FromSeconds(10), 80, 2, 100) });
            return new Scenario(() => bench.ExpectEjected(0), () => bench.Fail(0), () => bench.Fail(0));
        });
    }

    [Fact]
    public void An_active_check_that_fails_beside_an_ejection_takes_nothing_from_it_and_gives_nothing()
    {
        Explore(static () =>
        {
            Bench bench = new(endpoints: 2, errors: 1);
            return new Scenario(
                () =>
                {
                    bench.ExpectEjected(0);
                    Assert.True(bench[0].Status.IsFailingChecks);
                },
                () => bench.Fail(0),
                () => bench[0].SetFailingChecks(true));
        });
    }

    private static void Explore(Func<Scenario> arrange)
    {
        int runs = Explorer.RunAll(arrange);
        TestContext.Current.TestOutputHelper?.WriteLine($"{runs} orders");
        Assert.True(runs > 1);
    }

    /// <summary>A detector with its endpoints and nobody else. At most half of them may be out; an ejection lasts 10 s, and a sweep comes each 10 s.</summary>
    private sealed class Bench : IHealthEvents
    {
        private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
        private readonly FakeTimeProvider _time = new();
        private UpstreamEndpoint[] _members;

        public Bench(int endpoints, uint errors, EjectionReturnPolicy policy = EjectionReturnPolicy.Sweep, Func<OutlierDetectionSettings, OutlierDetectionSettings>? configure = null)
        {
            OutlierDetectionSettings settings = new(errors, Interval, Interval, Interval, TimeSpan.Zero, 50) { ReturnPolicy = policy };
            Detector = new OutlierDetector(configure?.Invoke(settings) ?? settings, this, _time, RandomSource.Seeded(1));
            _members = [.. Enumerable.Range(0, endpoints).Select(static i =>
            {
                var address = new Uri($"http://{(char)('a' + i)}");
                return new UpstreamEndpoint(new EndpointIdentity(address, Hostname: null), address.ToString(), new EndpointLoad());
            })];
            All = _members;
            Detector.SetMembers(_members, []);
        }

        public OutlierDetector Detector { get; }

        public UpstreamEndpoint[] All { get; }

        public List<EjectionEvent> Ejected { get; } = [];

        public List<EjectionEvent> Refused { get; } = [];

        public List<UpstreamEndpoint> Returned { get; } = [];

        public UpstreamEndpoint this[int endpoint] => All[endpoint];

        public bool IsEjected(int endpoint) => All[endpoint].Health == EndpointHealth.Ejected;

        public void Fail(int endpoint, uint generation = 0, FailureKind kind = FailureKind.Answered) =>
            Detector.OnFailure(All[endpoint], generation, AttemptOutcome.Failure(kind));

        public void Succeed(int endpoint, uint generation = 0) => Detector.OnSuccess(All[endpoint], generation);

        public void Eject(int endpoint, int times)
        {
            for (int i = 0; i < times; i++)
            {
                Fail(endpoint);
            }

            Assert.True(IsEjected(endpoint));
        }

        public void SweepWhenDue() => _time.Advance(Interval);

        public void Remove(int endpoint)
        {
            UpstreamEndpoint leaver = All[endpoint];
            _members = [.. _members.Where(member => member != leaver)];
            Detector.SetMembers(_members, [leaver]);
        }

        public void ExpectEjected(int endpoint)
        {
            Assert.True(IsEjected(endpoint));
            Assert.Single(Ejected, ejection => ejection.Endpoint == All[endpoint]);
            Assert.Equal(1, All[endpoint].History.Multiplier);
            ExpectConsistency();
        }

        public void ExpectConsistency()
        {
            int isOut = All.Count(static endpoint => endpoint.Health == EndpointHealth.Ejected);
            Assert.Equal(isOut, Detector.Ejected);
            Assert.Equal(isOut, Ejected.Count - Returned.Count);
            Assert.InRange(isOut, 0, All.Length / 2);
            Assert.All(All, static endpoint => Assert.False(endpoint.Status.IsClaimed));
        }

        void IHealthEvents.OnEjected(EjectionEvent ejection) => Ejected.Add(ejection);

        void IHealthEvents.OnEjectionRefused(EjectionEvent ejection) => Refused.Add(ejection);

        void IHealthEvents.OnReturned(UpstreamEndpoint endpoint, string cause, DateTimeOffset at) => Returned.Add(endpoint);
    }
}
