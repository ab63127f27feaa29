using LoadBalancing.Client;

namespace Quickstart;

internal sealed class BothReturn : Act
{
    private const int CallsAfterwards = 200;

    public override string Title => "Both recover";

    public override string Story => $"""
        Server 2 responds normally again, server 3 is restarted on its port. Each is
        restored by the first sweep after its ejection time, while {ManyCallers} callers continue.
        Then {CallsAfterwards} calls.
        """;

    public override async Task PlayAsync(Stage stage, Findings findings, CancellationToken cancellationToken)
    {
        DemoServer[] recovered = [stage.Servers[1], stage.Servers[2]];
        recovered[0].ReturnsErrors = false;
        await recovered[1].StartAsync(cancellationToken);

        Tally act = stage.StartTally();
        await stage.Traffic.SendUntilAsync(() => recovered.All(server => act.ArrivedAt(server) > 0), ManyCallers, cancellationToken);

        Tally after = stage.StartTally();
        await stage.Traffic.SendAsync(CallsAfterwards, ManyCallers, cancellationToken);

        findings.Expect(
            "all four are available",
            string.Join(", ", stage.Servers.Select(server => stage.EndpointOf(server).Health)),
            stage.Servers.All(server => stage.EndpointOf(server).Health == EndpointHealth.Available));
        findings.Expect(
            $"{CallsAfterwards / 4} requests arrive at each server",
            after.ArrivedAtEach(),
            stage.Servers.All(server => after.ArrivedAt(server) == CallsAfterwards / 4));
        findings.Expect("no call fails", $"{act.FailedCalls} failed calls of {act.Calls}", act.FailedCalls == 0);
    }
}
