using System.Net;
using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Tests;

/// <summary>The shop's own settings during failures, in virtual time: each test takes milliseconds.</summary>
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

        // The registrations of the service, with the servers replaced. The seed makes every run the same.
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
    public void Failing_server_is_ejected_after_five_errors_without_affecting_callers()
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
    public void Restarted_server_gets_its_share_again()
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
        TimeSpan restored = _recorder.Restorations.ShouldHaveCount(1)[0].Time;
        _recorder.Picks.From(restored).ShouldBeSpreadEvenly(tolerance: 1);
    }

    [Fact]
    public void Silent_catalog_times_out_after_three_seconds()
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
