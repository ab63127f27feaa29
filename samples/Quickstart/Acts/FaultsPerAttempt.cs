using LoadBalancing.Client;

namespace Quickstart;

internal sealed class FaultsPerAttempt : Act
{
    private const int Calls = 100;

    public override string Title => "10 % of attempts are aborted by fault injection";

    public override string Story => $"""
        The same fault with Scope = Attempt, which is retried; RetryOn has
        "{RetryConditions.ServerError}" added, because a 500 is not retried by default. {Calls} sequential
        calls, with a seed for which no call draws three aborts in a row.
        """;

    public override async Task PlayAsync(Stage stage, Findings findings, CancellationToken cancellationToken)
    {
        stage.Settings.Change(
            ("Fault:Scope", "Attempt"),
            ("Retry:RetryOn:0", RetryConditions.ServerError),
            ("Retry:RetryOn:1", RetryConditions.GatewayError),
            ("Retry:RetryOn:2", RetryConditions.Reset),
            ("Retry:RetryOn:3", RetryConditions.ConnectFailure),
            ("Retry:RetryOn:4", RetryConditions.RefusedStream),
            ("Retry:RetryOn:5", RetryConditions.PerTryTimeout));
        stage.Dice.Seed(Dice.FindSeedWithoutThreeInOneCall(rate: 0.10));

        Tally tally = stage.StartTally();
        await stage.Traffic.SendAsync(Calls, callers: 1, cancellationToken);

        findings.Expect(
            "some attempts are aborted, and count as failures of their servers",
            $"{tally.Faults} injected, {tally.Failures} failed attempts",
            tally.Faults > 0 && tally.Failures == tally.Faults);
        findings.Expect(
            "each is retried, until the call arrives at a server",
            $"{tally.Retries} retries, {tally.Arrived} of {tally.Calls} arrived",
            tally.Retries == tally.Faults && tally.Arrived == tally.Calls);
        findings.Expect("no abort reaches the caller", $"{tally.FailedCalls} failed calls of {tally.Calls}", tally.FailedCalls == 0);
    }
}
