namespace Quickstart;

internal sealed class EvenSpread : Act
{
    private const int Calls = 600;

    public override string Title => "All four are healthy";

    public override string Story => $"{Calls} calls by {ManyCallers} concurrent callers. The strategy is the default, RoundRobin.";

    public override async Task PlayAsync(Stage stage, Findings findings, CancellationToken cancellationToken)
    {
        Tally tally = stage.StartTally();
        await stage.Traffic.SendAsync(Calls, ManyCallers, cancellationToken);

        findings.Expect(
            $"{Calls / 4} requests arrive at each server",
            tally.ArrivedAtEach(),
            stage.Servers.All(server => tally.ArrivedAt(server) == Calls / 4));
        findings.Expect("no call fails", $"{tally.FailedCalls} failed", tally.FailedCalls == 0);
    }
}
