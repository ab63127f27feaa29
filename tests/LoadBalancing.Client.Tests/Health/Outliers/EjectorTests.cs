using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Ejections and restorations step by step, in the states that concurrent ones would find.</summary>
public sealed class EjectorTests : IEjectionEvents
{
    private static readonly OutlierDetectionSettings Settings = OutlierDetectionSettings.From(new OutlierDetectionOptions());
    private static readonly Detection Found = new(OutlierDetectorKind.ConsecutiveErrors, "why", 5, 5, 100);

    private readonly UpstreamEndpoint _endpoint = new(new EndpointIdentity(new Uri("http://a"), Hostname: null), "http://a", new EndpointLoad());
    private readonly List<EjectionEvent> _refused = [];
    private readonly List<RestoreCause> _returned = [];
    private readonly Ejector _ejector;

    public EjectorTests() => _ejector = new Ejector(this, new FakeTimeProvider(), RandomSource.Seeded(1));

    [Fact]
    public void The_quota_grants_its_limit_and_takes_releases()
    {
        var cap = new EjectionQuota();

        Assert.Equal([true, true, false], [cap.TryReserve(2), cap.TryReserve(2), cap.TryReserve(2)]);
        Assert.Equal(2, cap.Ejected);
        cap.Release();
        Assert.Equal((1, true), (cap.Ejected, cap.TryReserve(2)));
    }

    [Fact]
    public void An_ejection_of_an_earlier_generation_releases_its_quota_and_ejects_nothing()
    {
        Assert.False(_ejector.TryEject(_endpoint, generation: 8, Found, Settings, endpointCount: 2));

        Assert.Equal((0, EndpointHealth.Available), (_ejector.EjectedCount, _endpoint.Health));
        Assert.Empty(_refused);
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(30, 0.29, true)]
    [InlineData(30, 0.3, false)]
    [InlineData(100, 0.99, true)]
    public void A_detection_is_enforced_when_the_draw_is_below_its_percentage(double percent, double draw, bool enforced)
    {
        var ejector = new Ejector(this, new FakeTimeProvider(), new ConstantRandom(draw));

        Assert.Equal(enforced, ejector.TryEject(_endpoint, generation: 0, Found with { EnforcementPercent = percent }, Settings, endpointCount: 2));

        Assert.Equal(enforced ? [] : [false], _refused.Select(static refusal => refusal.IsEnforced));
        Assert.Equal(enforced ? 1 : 0, ejector.EjectedCount);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    public void A_restoration_of_another_ejection_restores_nothing(uint generation)
    {
        Assert.True(_ejector.TryEject(_endpoint, generation: 0, Found, Settings, endpointCount: 2));

        Assert.False(_ejector.TryRestore(_endpoint, generation, RestoreCause.Sweep, sweep: 1));

        Assert.Equal((1, EndpointHealth.Ejected), (_ejector.EjectedCount, _endpoint.Health));
        Assert.Empty(_returned);
    }

    [Fact]
    public void An_available_endpoint_is_not_restored()
    {
        Assert.False(_ejector.TryRestore(_endpoint, generation: 0, RestoreCause.Sweep, sweep: 1));

        Assert.Equal(0u, _endpoint.Status.Generation);
        Assert.Equal(0, _endpoint.EjectionHistory.RestoredInSweep);
    }

    [Fact]
    public void The_second_of_two_restorations_does_nothing()
    {
        _ejector.TryEject(_endpoint, generation: 0, Found, Settings, endpointCount: 2);

        Assert.Equal(
            [true, false],
            [_ejector.TryRestore(_endpoint, 1, RestoreCause.TrialRequest, sweep: 7), _ejector.TryRestore(_endpoint, 1, RestoreCause.Sweep, sweep: 8)]);

        Assert.Equal((0, 7L), (_ejector.EjectedCount, _endpoint.EjectionHistory.RestoredInSweep));
        Assert.Equal([RestoreCause.TrialRequest], _returned);
    }

    [Fact]
    public void A_removed_endpoint_gets_a_new_generation_and_releases_quota_once_if_ejected()
    {
        _ejector.Retire(_endpoint);
        Assert.Equal((1u, 0), (_endpoint.Status.Generation, _ejector.EjectedCount));

        var other = new UpstreamEndpoint(new EndpointIdentity(new Uri("http://b"), Hostname: null), "http://b", new EndpointLoad());
        _ejector.TryEject(other, generation: 0, Found, Settings, endpointCount: 2);
        _ejector.Retire(other);
        Assert.Equal((3u, 0), (other.Status.Generation, _ejector.EjectedCount));
    }

    void IEjectionEvents.OnEjected(EjectionEvent ejection)
    {
    }

    void IEjectionEvents.OnEjectionRefused(EjectionEvent ejection) => _refused.Add(ejection);

    void IEjectionEvents.OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset at) => _returned.Add(cause);
}
