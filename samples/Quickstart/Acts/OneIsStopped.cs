using LoadBalancing.Client;

namespace Quickstart;

internal sealed class OneIsStopped : Act
{
    private const int CallsAfterwards = 200;

    public override string Title => "Server 3 is stopped as well";

    public override string Story => $"""
        {ManyCallers} callers continue while it stops. A failed attempt is retried on another
        server (by default up to twice); {ConsecutiveErrors} consecutive failures eject it.
        Then {CallsAfterwards} calls, for the two remaining servers.
        """;

    public override async Task PlayAsync(Stage stage, Findings findings, CancellationToken cancellationToken)
    {
        DemoServer server = stage.Servers[2];
        UpstreamEndpoint endpoint = stage.EndpointOf(server);
        Tally act = stage.StartTally();
        Task calls = stage.Traffic.SendUntilAsync(() => endpoint.Health == EndpointHealth.Ejected, ManyCallers, cancellationToken);
        await server.StopAsync(cancellationToken);
        await calls;
        long failed = act.FailuresOf(server);

        Tally after = stage.StartTally();
        await stage.Traffic.SendAsync(CallsAfterwards, ManyCallers, cancellationToken);
        long sentToEjected = after.AttemptsOn(stage.Servers[1]) + after.AttemptsOn(server);

        // Attempts that failed before its last response, or were in flight at the fifth consecutive failure, are additional.
        findings.Expect(
            $"ejected after {ConsecutiveErrors} consecutive failures (more may be in flight)",
            $"{failed} failed; {endpoint.HealthReason}",
            failed >= ConsecutiveErrors && endpoint.Health == EndpointHealth.Ejected);
        findings.Expect(
            "no call fails: failed attempts are retried on other servers",
            $"{act.FailedCalls} failed calls of {act.Calls}, {act.Retries} retries",
            act.FailedCalls == 0 && act.Retries == act.Failures);
        findings.Expect("from then on: no attempts on the two ejected servers", $"{sentToEjected} attempts", sentToEjected == 0);
    }
}
