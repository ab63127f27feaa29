using LoadBalancing.Client;

namespace Quickstart;

internal sealed class OneReturnsErrors : Act
{
    private const int CallsAfterwards = 200;

    public override string Title => "Server 2 returns 500";

    public override string Story => $"""
        {ConsecutiveErrors} consecutive errors (the default) eject it. A 500 is not retried by default, so
        these reach the caller. There is only one caller, so that the count is exact;
        {CallsAfterwards} calls by {ManyCallers} callers follow.
        """;

    public override async Task PlayAsync(Stage stage, Findings findings, CancellationToken cancellationToken)
    {
        DemoServer server = stage.Servers[1];
        UpstreamEndpoint endpoint = stage.EndpointOf(server);
        Tally before = stage.StartTally();
        server.ReturnsErrors = true;
        await stage.Traffic.SendUntilAsync(() => endpoint.Health == EndpointHealth.Ejected, callers: 1, cancellationToken);
        long arrived = before.ArrivedAt(server);
        long failed = before.FailedCalls;

        Tally after = stage.StartTally();
        await stage.Traffic.SendAsync(CallsAfterwards, ManyCallers, cancellationToken);

        findings.Expect(
            $"ejected after exactly {ConsecutiveErrors} errors",
            $"{arrived} arrived at server 2; {endpoint.HealthReason}",
            arrived == ConsecutiveErrors && before.FailuresOf(server) == ConsecutiveErrors);
        findings.Expect($"the caller gets those {ConsecutiveErrors}", $"{failed} failed calls", failed == ConsecutiveErrors);
        findings.Expect(
            "from then on: no request to server 2, no failed call",
            $"{after.ArrivedAt(server)} requests, {after.FailedCalls} failed calls of {after.Calls}",
            after.ArrivedAt(server) == 0 && after.FailedCalls == 0);
    }
}
