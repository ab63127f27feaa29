using System.Diagnostics;
using LoadBalancing.Client.Tests.Telemetry;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>Activity listeners belong to the process, so these tests run alone.</summary>
[Collection(RunsAlone.Name)]
public sealed class ThrowingActivityListenerTests
{
    [Fact]
    public Task An_exception_at_any_call_of_an_activity_listener_costs_nothing() =>
        ForeignCodeTests.ThrowAtEachCallAsync(ForeignCodeKind.ActivityListener, Listen);

    [Theory]
    [InlineData("sample")]
    [InlineData("start")]
    [InlineData("stop")]
    public async Task A_call_succeeds_under_its_callers_span_whatever_a_listener_throws(string at)
    {
        Activity? seen = null;
        await using var client = new BalancedClient(new StubHandler(call =>
        {
            seen = Activity.Current;
            return new HttpResponseMessage();
        }));
        using var suppressed = client.Listen();
        using Activity caller = new Activity("caller").Start();
        using ActivityListener listener = Listen(call => { if (call == at) { throw new InvalidDataException(at); } });

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(response.IsSuccessStatusCode);
        Assert.True(at == "stop" ? seen!.Parent == caller : seen == caller);
        Assert.Same(caller, Activity.Current);
        Assert.Equal(["loadbalancing.origin=activity_listener 1"], suppressed.Totals("exceptions.suppressed"));
    }

    private static ActivityListener Listen(Trap trap) => Listen(_ => trap.Enter(ForeignCodeKind.ActivityListener));

    private static ActivityListener Listen(Action<string> enter)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == LoadBalancingTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
            {
                enter("sample");
                return ActivitySamplingResult.AllDataAndRecorded;
            },
            ActivityStarted = _ => enter("start"),
            ActivityStopped = _ => enter("stop"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
