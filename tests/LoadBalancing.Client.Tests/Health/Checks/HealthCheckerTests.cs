using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Health.Checks;

/// <summary>The health checker alone: the events it reports, and probes that are in flight during a change.</summary>
public sealed class HealthCheckerTests : IHealthCheckEvents, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _time = new();
    private readonly StubProbe _probe = new();
    private readonly List<string> _told = [];
    private readonly UpstreamEndpoint[] _endpoints = [.. "ab".Select(static name =>
        new UpstreamEndpoint(new EndpointIdentity(new Uri($"http://{name}"), Hostname: null), $"http://{name}", new EndpointLoad()))];

    private HealthChecker? _checker;

    [Fact]
    public void Stopping_without_traffic_is_reported_once_and_so_is_resuming()
    {
        HealthChecker checker = Create();
        _time.Advance(Interval);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(checker.IsStopped);
        _told.Clear();

        _time.Advance(TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(checker.IsStopped);
        Assert.Equal(["checked", "checked", "stopped"], _told.Order(StringComparer.Ordinal));

        _told.Clear();
        checker.Resume();
        checker.Resume();
        Assert.Equal(["checked", "checked", "turned", "turned", "woken"], _told.Order(StringComparer.Ordinal));
        Assert.False(checker.IsStopped);
    }

    [Fact]
    public void An_endpoint_added_to_a_stopped_checker_is_probed_when_it_resumes()
    {
        HealthChecker checker = Create(_endpoints[..1]);
        _time.Advance(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(checker.IsStopped);
        int asked = _probe.ProbedEndpoints.Count;

        checker.SetEndpoints(_endpoints);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(asked, _probe.ProbedEndpoints.Count);

        checker.Resume();
        _time.Advance(TimeSpan.Zero);
        Assert.Equal(_endpoints, _probe.ProbedEndpoints.Skip(asked).OrderBy(static endpoint => endpoint.ToString(), StringComparer.Ordinal));
    }

    [Fact]
    public void A_probe_that_ends_after_health_checks_have_stopped_schedules_no_other()
    {
        var slow = new TaskCompletionSource<ProbeResult>();
        _probe.GetResult = (endpoint, _) => endpoint == _endpoints[0] ? new ValueTask<ProbeResult>(slow.Task) : new ValueTask<ProbeResult>(ProbeResult.Healthy);
        HealthChecker checker = Create(timeout: TimeSpan.FromDays(1));
        for (int i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.True(checker.IsStopped);
        int asked = _probe.ProbedEndpoints.Count;

        // There is traffic again, which the checker has not seen yet.
        _endpoints[0].Load.Begin();
        slow.SetResult(ProbeResult.Healthy);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(asked, _probe.ProbedEndpoints.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_result_after_the_removal_of_the_endpoint_or_the_end_of_all_health_checks_is_ignored(bool ended)
    {
        var slow = new TaskCompletionSource<ProbeResult>();
        _probe.GetResult = (_, _) => new ValueTask<ProbeResult>(slow.Task);
        HealthChecker checker = Create(timeout: TimeSpan.FromDays(1));
        _time.Advance(Interval);

        if (ended)
        {
            checker.Dispose();
        }
        else
        {
            checker.SetEndpoints([]);
        }

        slow.SetResult(ProbeResult.UnhealthyImmediately("no"));
        _time.Advance(Interval);

        Assert.Empty(_told);
        Assert.All(_endpoints, static endpoint => Assert.Equal(((ProbeResult?)null, false), (endpoint.LastProbeResult, endpoint.Status.IsFailingHealthChecks)));
        Assert.Equal(2, _probe.ProbedEndpoints.Count);
    }

    [Fact]
    public void A_probe_is_cancelled_when_its_endpoint_is_removed_and_when_it_times_out()
    {
        var tokens = new List<CancellationToken>();
        _probe.GetResult = (_, token) =>
        {
            tokens.Add(token);
            return new ValueTask<ProbeResult>(new TaskCompletionSource<ProbeResult>().Task);
        };
        HealthChecker checker = Create();
        _time.Advance(Interval);
        Assert.Equal([false, false], tokens.Select(static token => token.IsCancellationRequested));

        checker.SetEndpoints(_endpoints[1..]);
        Assert.Single(tokens, static token => token.IsCancellationRequested);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([true, true], tokens.Select(static token => token.IsCancellationRequested));
        Assert.Equal((null, "no result within 2 s"), (_endpoints[0].LastProbeResult, _endpoints[1].LastProbeResult?.Reason));
    }

    [Fact]
    public void Disposed_health_checks_cannot_resume()
    {
        HealthChecker checker = Create();
        _time.Advance(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(checker.IsStopped);
        checker.Dispose();
        _told.Clear();

        checker.Resume();

        Assert.Empty(_told);
    }

    [Fact]
    public void Disposing_health_checks_clears_the_health_of_all_endpoints()
    {
        _probe.GetResult = static (_, _) => new ValueTask<ProbeResult>(ProbeResult.UnhealthyImmediately("no"));
        HealthChecker checker = Create();
        _time.Advance(Interval);
        Assert.All(_endpoints, static endpoint => Assert.Equal(("no", true), (endpoint.LastProbeResult?.Reason, endpoint.Status.IsFailingHealthChecks)));

        checker.Dispose();

        Assert.All(_endpoints, static endpoint => Assert.Equal(((ProbeResult?)null, false), (endpoint.LastProbeResult, endpoint.Status.IsFailingHealthChecks)));
    }

    [Fact]
    public void Probes_do_not_capture_the_synchronization_context_of_the_timer()
    {
        var context = new CountingContext();
        var pendingResult = new TaskCompletionSource<ProbeResult>();
        _probe.GetResult = (_, _) => new ValueTask<ProbeResult>(pendingResult.Task);
        Create(_endpoints[..1]);
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            _time.Advance(Interval);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        pendingResult.SetResult(ProbeResult.Healthy);

        Assert.Equal(0, context.Posts);
        Assert.Equal(ProbeResult.Healthy, _endpoints[0].LastProbeResult);
    }

    public void Dispose() => _checker?.Dispose();

    void IHealthCheckEvents.OnProbed(UpstreamEndpoint endpoint, ProbeResult result) => Tell("checked");

    void IHealthCheckEvents.OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result) => Tell("turned");

    void IHealthCheckEvents.OnRestoreRequested(UpstreamEndpoint endpoint) => Tell("returns");

    void IHealthCheckEvents.OnChecksStopped() => Tell("stopped");

    void IHealthCheckEvents.OnChecksResumed() => Tell("woken");

    private void Tell(string what)
    {
        lock (_told)
        {
            _told.Add(what);
        }
    }

    /// <summary>Every 10 s, without traffic every minute, and stopped after two minutes.</summary>
    private HealthChecker Create(UpstreamEndpoint[]? endpoints = null, TimeSpan? timeout = null)
    {
        HealthCheckSettings settings = HealthCheckSettings.From(new ActiveHealthCheckOptions
        {
            Kind = HealthCheckKind.Custom,
            Interval = Interval,
            IntervalJitterPercent = 0,
            NoTrafficInterval = TimeSpan.FromMinutes(1),
            StopAfterIdle = TimeSpan.FromMinutes(2),
            Timeout = timeout ?? TimeSpan.FromSeconds(2),
        })!;
        _checker = new HealthChecker(settings, _probe, this, _time, RandomSource.Seeded(1), TestGuard.Create(), static probe => probe());
        _checker.SetEndpoints(endpoints ?? _endpoints);
        return _checker;
    }

    private sealed class CountingContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => Volatile.Read(ref _posts);

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            ThreadPool.QueueUserWorkItem(_ => d(state));
        }

        public override SynchronizationContext CreateCopy() => this;
    }
}
