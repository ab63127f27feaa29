namespace Quickstart;

internal sealed class FaultsPerRequest : Act
{
    private const int Calls = 500;

    // Arbitrary.
    private const int Seed = 1;

    public override string Title => "10 % of requests are aborted by fault injection";

    public override string Story => $"""
        A change of configuration enables a fault: abort 10 % with 500, Scope =
        Request. As in a mesh it applies before everything else: there are no retries
        and no ejections. {Calls} calls by {ManyCallers} callers.
        """;

    public override async Task PlayAsync(Stage stage, Findings findings, CancellationToken cancellationToken)
    {
        stage.Settings.Change(
            ("Fault:Abort:Status", "500"),
            ("Fault:Abort:Percent", "10"),
            ("Fault:Scope", "Request"));
        stage.Dice.Seed(Seed);

        Tally tally = stage.StartTally();
        await stage.Traffic.SendAsync(Calls, ManyCallers, cancellationToken);

        findings.Expect(
            "about 10 % of the calls fail (5 to 15 %)",
            $"{tally.FailedCalls} of {tally.Calls}",
            tally.FailedCalls is >= Calls * 5 / 100 and <= Calls * 15 / 100);
        findings.Expect(
            "these are the injected ones, and never arrive at a server",
            $"{tally.Faults} injected, {tally.Arrived} of {tally.Calls} arrived",
            tally.Faults == tally.FailedCalls && tally.Arrived == tally.Calls - tally.Faults);
        findings.Expect(
            "no retries, no failures of a server",
            $"{tally.Retries} retries, {tally.Failures} failed attempts",
            tally.Retries == 0 && tally.Failures == 0);
    }
}
