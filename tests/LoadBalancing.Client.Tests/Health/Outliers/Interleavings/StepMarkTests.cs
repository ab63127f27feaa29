using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Health.Outliers.Interleavings;

/// <summary>
/// The steps that the explorer uses, r for a read and w for a write. A step without a mark is run together with the one before it, and orders with
/// another thread between the two are silently missed. So a change of the steps of a report, a sweep or a restoration must be repeated here.
/// </summary>
public sealed class StepMarkTests
{
    [Fact]
    public void A_failure_that_is_counted() => Expect("UpstreamEndpoint rrw", static bench => bench.Fail(0), errors: 2);

    [Fact]
    public void A_success_that_clears_a_streak() =>
        Expect("UpstreamEndpoint rrw", static bench => bench.Succeed(0), errors: 2, before: static bench => bench.Fail(0));

    [Fact]
    public void A_failure_that_ejects() => Expect(
        "UpstreamEndpoint rrw, OutlierDetector r, EjectionQuota rrw, UpstreamEndpoint rw, EjectionHistory rww, SweepTimer w",
        static bench => bench.Fail(0));

    [Fact]
    public void A_failure_that_the_quota_refuses_to_eject() => Expect(
        "UpstreamEndpoint rrw, OutlierDetector r, EjectionQuota r, UpstreamEndpoint rwr",
        static bench => bench.Fail(1),
        before: static bench => bench.Fail(0));

    [Fact]
    public void A_sweep_that_restores_an_endpoint() => Expect(
        "SweepTimer w, EjectionHistory r, UpstreamEndpoint rrw, EjectionQuota w, EjectionHistory rr, UpstreamEndpoint rr, EjectionHistory rr, " +
            "UpstreamEndpoint r, EjectionHistory r, SweepTimer w",
        static bench => bench.SweepWhenDue(),
        before: static bench => bench.Fail(0));

    [Fact]
    public void A_sweep_that_decreases_a_multiplier() => Expect(
        "SweepTimer w, EjectionHistory r, UpstreamEndpoint r, EjectionHistory rr, UpstreamEndpoint r, EjectionHistory w, UpstreamEndpoint r, " +
            "EjectionHistory rr, UpstreamEndpoint r, EjectionHistory r",
        static bench => bench.SweepWhenDue(),
        before: static bench =>
        {
            bench.Fail(0);
            bench.SweepWhenDue();
        });

    [Fact]
    public void A_successful_trial_request() => Expect(
        "EjectionHistory r, UpstreamEndpoint rrw, EjectionQuota w",
        static bench => bench.Detector.OnTrialEnded(bench[0], generation: 1, AttemptOutcome.Success),
        before: static bench => bench.Fail(0));

    [Fact]
    public void A_removed_endpoint() => Expect("OutlierDetector w, UpstreamEndpoint rw", static bench => bench.Remove(0));

    [Fact]
    public void A_removed_endpoint_that_is_ejected() =>
        Expect("OutlierDetector w, UpstreamEndpoint rw, EjectionQuota w", static bench => bench.Remove(0), before: static bench => bench.Fail(0));

    [Fact]
    public void A_failure_that_is_counted_for_the_next_sweep() => Expect(
        "UpstreamEndpoint r, EndpointOutlierState rw, SweepTimer w, UpstreamEndpoint r",
        static bench => bench.Fail(0),
        errors: 0,
        configure: Shares);

    [Fact]
    public void A_success_that_is_counted_for_the_next_sweep() => Expect(
        "UpstreamEndpoint r, EndpointOutlierState rw, SweepTimer w",
        static bench => bench.Succeed(0),
        errors: 0,
        configure: Shares);

    [Fact]
    public void A_sweep_that_detects_and_ejects() => Expect(
        "SweepTimer w, EjectionHistory rr, UpstreamEndpoint r, EndpointOutlierState ww, UpstreamEndpoint r, EndpointOutlierState ww, UpstreamEndpoint rw, " +
        "OutlierDetector r, EjectionQuota rrw, "
            + "UpstreamEndpoint rw, EjectionHistory rww, SweepTimer w, EjectionHistory r, UpstreamEndpoint rr, EjectionHistory r, UpstreamEndpoint r, " +
                "EjectionHistory r, SweepTimer w",
        static bench => bench.SweepWhenDue(),
        errors: 0,
        configure: Shares,
        before: static bench => bench.Fail(0));

    [Fact]
    public void A_failure_that_is_counted_in_a_window() => Expect(
        "UpstreamEndpoint r, EndpointOutlierState rwr, OutcomeWindow wrw, UpstreamEndpoint r, EndpointOutlierState r, OutcomeWindow rrrrrrrrrr",
        static bench => bench.Fail(0),
        errors: 0,
        configure: Window);

    [Fact]
    public void A_success_that_is_counted_in_a_window_without_failures() => Expect(
        "UpstreamEndpoint r, SweepTimer rw, EndpointOutlierState rwr, OutcomeWindow rwr",
        static bench => bench.Succeed(0),
        errors: 0,
        configure: Window);

    [Fact]
    public void A_failure_that_a_window_detects() => Expect(
        "UpstreamEndpoint r, EndpointOutlierState r, OutcomeWindow wrw, UpstreamEndpoint r, EndpointOutlierState r, OutcomeWindow rrrrrrrrrr, " +
        "UpstreamEndpoint w, EndpointOutlierState rw, OutlierDetector r, EjectionQuota rrw, "
            + "UpstreamEndpoint rw, EjectionHistory rww, SweepTimer w",
        static bench => bench.Fail(0),
        errors: 0,
        configure: Window,
        before: static bench => bench.Fail(0));

    [Fact]
    public void A_trial_gate_that_is_entered_and_left()
    {
        var gate = new TrialGate();

        Assert.Equal("TrialGate wr", StepsOf(() => gate.TryEnter(isRetryable: true, now: 0)));
        Assert.Equal("TrialGate w", StepsOf(() => gate.TryEnter(isRetryable: true, now: 0)));
        Assert.Equal("TrialGate w", StepsOf(() => gate.Leave()));
        Assert.Equal("TrialGate ww", StepsOf(() => gate.Leave(closedUntil: 10)));
    }

    [Fact]
    public void A_step_of_the_window_that_advances()
    {
        var time = new FakeTimeProvider();
        using var steps = new WindowSteps(TimeSpan.FromSeconds(1), time, time.GetTimestamp());

        Assert.Equal("SweepTimer rw", StepsOf(() => _ = steps.Current));
        Assert.Equal("SweepTimer w, WindowSteps w", StepsOf(() => time.Advance(TimeSpan.FromSeconds(1))));
        Assert.Equal("SweepTimer rw", StepsOf(() => _ = steps.Current));
        Assert.Equal("SweepTimer r", StepsOf(() => _ = steps.Current));
    }

    private static OutlierDetectionSettings Shares(OutlierDetectionSettings settings) =>
        settings with { FailurePercentage = new FailurePercentageSettings(85, 1, 1, 100, 100) };

    private static OutlierDetectionSettings Window(OutlierDetectionSettings settings) =>
        settings with { WindowedSuccessRate = new WindowedSuccessRateSettings(TimeSpan.FromSeconds(10), 80, 2, 100) };

    private static void Expect(
        string steps,
        Action<DetectorBench> what,
        uint errors = 1,
        Func<OutlierDetectionSettings, OutlierDetectionSettings>? configure = null,
        Action<DetectorBench>? before = null)
    {
        var bench = new DetectorBench(endpoints: 2, errors, configure: configure);
        before?.Invoke(bench);

        Assert.Equal(steps, StepsOf(() => what(bench)));
    }

    /// <summary>Consecutive steps on objects of one type are written together.</summary>
    private static string StepsOf(Action body)
    {
        var groups = new List<string>();
        string? last = null;
        foreach ((object cell, StepKind kind) in Explorer.StepsOf(body))
        {
            string type = cell.GetType().Name;
            string letter = kind == StepKind.Read ? "r" : "w";
            if (type == last)
            {
                groups[^1] += letter;
            }
            else
            {
                groups.Add($"{type} {letter}");
            }

            last = type;
        }

        return string.Join(", ", groups);
    }
}
