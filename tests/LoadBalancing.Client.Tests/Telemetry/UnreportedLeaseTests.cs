namespace LoadBalancing.Client.Tests.Telemetry;

[Collection(RunsAlone.Name)]
public sealed class UnreportedLeaseTests
{
    [Fact]
    public async Task Whatever_happens_to_a_request_its_lease_is_reported()
    {
        Rehearsal rehearsal = await Rehearsal.RunAsync();

        Assert.Equal(
            Rehearsal.ForgottenOutcomes,
            rehearsal.Readings
                .Where(static reading => reading.Instrument.Name == "loadbalancing.client.leases.unreported")
                .Sum(static reading => reading.Value));
        Assert.Single(rehearsal.Logs, static log => log.Id.Id == LogEvents.LeaseUnreported);
    }
}
