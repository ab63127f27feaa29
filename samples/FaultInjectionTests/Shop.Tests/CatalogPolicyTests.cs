using System.Net;
using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests;

/// <summary>What the shop's own settings do in an hour of trouble, in virtual time: each of these tests takes milliseconds.</summary>
public sealed class CatalogPolicyTests : IDisposable
{
    // begin-snippet: test-virtual-cluster
    private readonly VirtualClock _clock = new();
    private readonly VirtualCluster _catalog;
    private readonly TrafficRecorder _recorder;
    private readonly ServiceProvider _services;

    public CatalogPolicyTests()
    {
        _catalog = new VirtualCluster(_clock, seed: 1);
        _catalog.AddMany(3, server => server.Latency = VirtualLatency.LogNormal(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100)));

        // What the service registers, with the servers replaced. The seed makes every draw the same in each run.
        _services = new ServiceCollection()
            .AddCatalog()
            .UseVirtualCluster("catalog", _catalog)
            .AddSingleton(RandomSource.Seeded(1))
            .BuildServiceProvider();

        _recorder = new TrafficRecorder(_clock);
        _recorder.Observe(_services.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog"));
    }
    // end-snippet

    [Fact]
    public void A_failing_server_is_out_after_five_errors_and_nobody_notices()
    {
        // begin-snippet: test-ejection
        VirtualEndpoint bad = _catalog.Endpoints[1];
        _clock.Schedule(TimeSpan.FromMinutes(1), () => bad.Fail(HttpStatusCode.ServiceUnavailable));
        int withoutName = 0;

        _clock.Run(() => _clock.SendAtConstantRateAsync(perSecond: 10, TimeSpan.FromMinutes(5), async number =>
        {
            Product product = await _services.GetRequiredService<CatalogClient>().FindAsync($"{number}", CancellationToken.None);
            withoutName += product.Name is null ? 1 : 0;
        }));

        Assert.Equal(0, withoutName);
        RecordedEvent ejection = _recorder.Ejections.ShouldHaveCount(1)[0];
        _recorder.Attempts.On(bad).Failed().ShouldHaveCount(5);
        _recorder.Picks.On(bad).From(ejection.Time + TimeSpan.FromTicks(1)).Until(ejection.Time + TimeSpan.FromMinutes(3)).ShouldBeEmpty();
        // end-snippet
        Assert.InRange(ejection.Time, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(63));
    }

    [Fact]
    public void A_server_that_is_killed_and_restarted_gets_its_share_again()
    {
        VirtualEndpoint server = _catalog.Endpoints[0];
        _clock.Schedule(TimeSpan.FromMinutes(1), server.Kill);
        _clock.Schedule(TimeSpan.FromMinutes(2), () => server.Restart(warmUp: TimeSpan.FromSeconds(30), slowdown: 5));
        int withoutName = 0;

        _clock.Run(() => _clock.SendAtConstantRateAsync(perSecond: 10, TimeSpan.FromMinutes(30), async number =>
        {
            Product product = await _services.GetRequiredService<CatalogClient>().FindAsync($"{number}", CancellationToken.None);
            withoutName += product.Name is null ? 1 : 0;
        }));

        Assert.Equal(0, withoutName);
        TimeSpan returned = _recorder.Restorations.ShouldHaveCount(1)[0].Time;
        _recorder.Picks.From(returned).ShouldBeSpreadEvenly(tolerance: 1);
    }

    [Fact]
    public void A_silent_catalog_costs_three_seconds_and_not_more()
    {
        foreach (VirtualEndpoint server in _catalog.Endpoints)
        {
            server.Fail(VirtualReply.NoResponse);
        }

        Product product = _clock.Run(() => _services.GetRequiredService<CatalogClient>().FindAsync("7", CancellationToken.None));

        Assert.Null(product.Name);
        Assert.InRange(_clock.Elapsed, TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(3));
        _recorder.Attempts.Failed(FailureKind.Timeout).ShouldHaveCount(3);
    }

    public void Dispose()
    {
        _recorder.Dispose();
        _services.Dispose();
    }
}
