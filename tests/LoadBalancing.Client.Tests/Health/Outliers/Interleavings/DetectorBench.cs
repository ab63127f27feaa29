using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Health.Outliers.Interleavings;

/// <summary>A detector with its endpoints and nothing else. At most half of them may be ejected; an ejection lasts 10 s, and a sweep runs every 10 s.</summary>
internal sealed class DetectorBench : IEjectionEvents
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _time = new();
    private UpstreamEndpoint[] _members;

    public DetectorBench(
        int endpoints,
        uint errors,
        EjectionRestorePolicy policy = EjectionRestorePolicy.Sweep,
        Func<OutlierDetectionSettings, OutlierDetectionSettings>? configure = null)
    {
        OutlierDetectionSettings settings = new(errors, Interval, Interval, Interval, TimeSpan.Zero, 50) { RestorePolicy = policy };
        Detector = new OutlierDetector(configure?.Invoke(settings) ?? settings, this, _time, RandomSource.Seeded(1), TestGuard.Create());
        _members = [.. Enumerable.Range(0, endpoints).Select(static i =>
        {
            var address = new Uri($"http://{(char)('a' + i)}");
            return new UpstreamEndpoint(new EndpointIdentity(address, Hostname: null), address.ToString(), new EndpointLoad());
        })];
        All = _members;
        Detector.SetEndpoints(_members, []);
    }

    public OutlierDetector Detector { get; }

    public UpstreamEndpoint[] All { get; }

    public List<EjectionEvent> Ejected { get; } = [];

    public List<EjectionEvent> Refused { get; } = [];

    public List<UpstreamEndpoint> Returned { get; } = [];

    public UpstreamEndpoint this[int endpoint] => All[endpoint];

    public bool IsEjected(int endpoint) => All[endpoint] is { Health: EndpointHealth.Ejected, IsRemoved: false };

    /// <summary>Runs the threads of a scenario in every order of their steps.</summary>
    public static void Explore(Func<Scenario> arrange)
    {
        int runs = Explorer.RunAll(arrange);
        TestContext.Current.TestOutputHelper?.WriteLine($"{runs} orders");
        Assert.True(runs > 1);
    }

    public void Fail(int endpoint, uint generation = 0, FailureKind kind = FailureKind.ErrorResponse) =>
        Detector.OnFailure(All[endpoint], generation, AttemptOutcome.Failure(kind));

    public void Succeed(int endpoint, uint generation = 0) => Detector.OnSuccess(All[endpoint], generation);

    public void Eject(int endpoint, int times)
    {
        for (int i = 0; i < times; i++)
        {
            Fail(endpoint);
        }

        Assert.True(IsEjected(endpoint));
    }

    public void SweepWhenDue() => _time.Advance(Interval);

    public void Remove(int endpoint)
    {
        UpstreamEndpoint removed = All[endpoint];
        _members = [.. _members.Where(other => other != removed)];
        Detector.SetEndpoints(_members, [removed]);
    }

    public void ExpectEjected(int endpoint)
    {
        Assert.True(IsEjected(endpoint));
        Assert.Single(Ejected, ejection => ejection.Endpoint == All[endpoint]);
        Assert.Equal(1, All[endpoint].EjectionHistory.Multiplier);
        ExpectConsistency();
    }

    public void ExpectConsistency()
    {
        int ejected = All.Count(static endpoint => endpoint is { Health: EndpointHealth.Ejected, IsRemoved: false });
        Assert.Equal(ejected, Detector.EjectedCount);
        Assert.Equal(ejected, Ejected.Count - Returned.Count);
        Assert.InRange(ejected, 0, All.Length / 2);
        Assert.All(All, static endpoint => Assert.False(endpoint.Status.IsClaimed));
    }

    void IEjectionEvents.OnEjected(EjectionEvent ejection) => Ejected.Add(ejection);

    void IEjectionEvents.OnEjectionRefused(EjectionEvent ejection) => Refused.Add(ejection);

    void IEjectionEvents.OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset at) => Returned.Add(endpoint);
}
