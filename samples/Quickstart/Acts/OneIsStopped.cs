using LoadBalancing.Client;

namespace Quickstart;

internal sealed class OneIsStopped : Act
{
    private const int CallsAfterwards = 200;

    public override string Title => "Server 3 is stopped as well";

    public override string Story => $"""
        {ManyCallers} callers go on while it goes down. An attempt that finds it gone is made again
        on another server (by default up to twice); {ConsecutiveErrors} such attempts in a row eject it.
        Then {CallsAfterwards} calls, for the two servers that are left.
        """;

    public override async Task PlayAsync(Stage stage, Findings findings, CancellationToken cancellationToken)
    {
        DemoServer server = stage.Servers[2];
        UpstreamEndpoint endpoint = stage.EndpointOf(server);
        Tally act = stage.StartTally();
        Task calls = stage.Traffic.SendUntilAsync(() => endpoint.Health == EndpointHealth.Ejected, ManyCallers, cancellationToken);
        await server.StopAsync(cancellationToken);
        await calls;
        long lost = act.FailuresOf(server);

        Tally after = stage.StartTally();
        await stage.Traffic.SendAsync(CallsAfterwards, ManyCallers, cancellationToken);
        long sentToEjected = after.AttemptsOn(stage.Servers[1]) + after.AttemptsOn(server);

        // Lost before the last answer that it still gave, or under way when the fifth in a row was lost: these come on top.
        findings.Expect(
            $"ejected after {ConsecutiveErrors} lost attempts in a row (more may be under way)",
            $"{lost} lost; {endpoint.HealthReason}",
            lost >= ConsecutiveErrors && endpoint.Health == EndpointHealth.Ejected);
        findings.Expect(
            "callers see no failure: lost attempts are made again elsewhere",
            $"{act.FailedCalls} failed calls of {act.Calls}, {act.Retries} retries",
            act.FailedCalls == 0 && act.Retries == act.Failures);
        findings.Expect("from then on: no attempt on either of the two that are out", $"{sentToEjected} attempts", sentToEjected == 0);
    }
}
