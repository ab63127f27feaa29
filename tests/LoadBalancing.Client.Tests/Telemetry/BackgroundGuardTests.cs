using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.Tests.Telemetry;

public sealed class BackgroundGuardTests : IDisposable
{
    private readonly TestMeterFactory _meters = new();
    private readonly FakeLogCollector _logs = new();
    private readonly MetricCollector<long> _failures;
    private readonly BackgroundGuard _guard;

    public BackgroundGuardTests()
    {
        _guard = new BackgroundGuard("catalog", new LoadBalancingMetrics(_meters).ForCluster("catalog"), new FakeLogger(_logs));
        _failures = new MetricCollector<long>(_meters, LoadBalancingTelemetry.MeterName, "loadbalancing.client.background.failures");
    }

    public void Dispose()
    {
        _failures.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void Every_exception_is_counted_and_the_first_is_logged_until_the_work_has_succeeded()
    {
        foreach (bool fails in new[] { true, true, true, false, true })
        {
            _guard.Run(BackgroundWork.Sweep, () => Do(fails));
        }

        Assert.Equal(["sweep", "sweep", "sweep", "sweep"], _failures.GetMeasurementSnapshot().Select(static reading => reading.Tags["loadbalancing.work"]));
        Assert.Equal(2, _logs.Count);
        Assert.Equal(
            "Background work 'sweep' of service 'catalog' threw. The last good state stays in use and other work continues; further exceptions of this work "
            + "are counted by loadbalancing.client.background.failures and not logged until it has succeeded again.",
            _logs.LatestRecord.Message);
    }

    [Fact]
    public void Another_kind_of_work_has_its_own_first_exception()
    {
        _guard.Run(BackgroundWork.Sweep, static () => Do(fails: true));
        _guard.Run(BackgroundWork.Publish, static () => Do(fails: true));

        Assert.Equal(2, _logs.Count);
    }

    [Fact]
    public void All_callbacks_of_a_token_run_even_if_some_throw()
    {
        using var source = new CancellationTokenSource();
        int calls = 0;
        for (int i = 0; i < 3; i++)
        {
            source.Token.Register(() =>
            {
                calls++;
                throw new InvalidOperationException("The callback failed.");
            });
        }

        _guard.Cancel(source);

        Assert.Equal(3, calls);
        Assert.Equal("cancellation", Assert.Single(_failures.GetMeasurementSnapshot()).Tags["loadbalancing.work"]);
    }

    private static void Do(bool fails)
    {
        if (fails)
        {
            throw new InvalidOperationException("The sink is full.");
        }
    }
}
