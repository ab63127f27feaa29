using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Health.Checks;

/// <summary>The checker alone: what it tells, and what becomes of checks that are under way when something changes.</summary>
public sealed class ActiveCheckerTests : ICheckEvents, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly FakeTimeProvider _time = new();
    private readonly StubProbe _probe = new();
    private readonly List<string> _told = [];
    private readonly UpstreamEndpoint[] _endpoints = [.. "ab".Select(static name =>
        new UpstreamEndpoint(new EndpointIdentity(new Uri($"http://{name}"), Hostname: null), $"http://{name}", new EndpointLoad()))];

    private ActiveChecker? _checker;

    [Fact]
    public void The_end_of_checks_for_want_of_traffic_is_told_once_and_so_is_their_new_beginning()
    {
        ActiveChecker checker = Create();
        _time.Advance(Interval);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(checker.IsAsleep);
        _told.Clear();

        _time.Advance(TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(checker.IsAsleep);
        Assert.Equal(["checked", "checked", "stopped"], _told.Order(StringComparer.Ordinal));

        _told.Clear();
        checker.Wake();
        checker.Wake();
        Assert.Equal(["checked", "checked", "turned", "turned", "woken"], _told.Order(StringComparer.Ordinal));
        Assert.False(checker.IsAsleep);
    }

    [Fact]
    public void A_newcomer_to_a_sleeping_checker_is_checked_when_it_wakes()
    {
        ActiveChecker checker = Create(_endpoints[..1]);
        _time.Advance(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(checker.IsAsleep);
        int asked = _probe.Asked.Count;

        checker.SetMembers(_endpoints);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(asked, _probe.Asked.Count);

        checker.Wake();
        _time.Advance(TimeSpan.Zero);
        Assert.Equal(_endpoints, _probe.Asked.Skip(asked).OrderBy(static endpoint => endpoint.ToString(), StringComparer.Ordinal));
    }

    [Fact]
    public void A_check_that_ends_after_the_checks_have_stopped_begins_no_others()
    {
        var slow = new TaskCompletionSource<ProbeResult>();
        _probe.Answer = (endpoint, _) => endpoint == _endpoints[0] ? new ValueTask<ProbeResult>(slow.Task) : new ValueTask<ProbeResult>(ProbeResult.Passed);
        ActiveChecker checker = Create(timeout: TimeSpan.FromDays(1));
        for (int i = 0; i < 4; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.True(checker.IsAsleep);
        int asked = _probe.Asked.Count;

        // There is traffic again, of which the checker has not yet been told.
        _endpoints[0].Load.Begin();
        slow.SetResult(ProbeResult.Passed);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(asked, _probe.Asked.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_check_finds_after_its_endpoint_has_left_or_all_checks_have_ended_is_nobodys_business(bool ended)
    {
        var slow = new TaskCompletionSource<ProbeResult>();
        _probe.Answer = (_, _) => new ValueTask<ProbeResult>(slow.Task);
        ActiveChecker checker = Create(timeout: TimeSpan.FromDays(1));
        _time.Advance(Interval);

        if (ended)
        {
            checker.Dispose();
        }
        else
        {
            checker.SetMembers([]);
        }

        slow.SetResult(ProbeResult.Refused("no"));
        _time.Advance(Interval);

        Assert.Empty(_told);
        Assert.All(_endpoints, static endpoint => Assert.Equal((null, false), (endpoint.LastCheck, endpoint.Status.IsFailingChecks)));
        Assert.Equal(2, _probe.Asked.Count);
    }

    [Fact]
    public void A_probe_is_told_to_stop_when_its_endpoint_leaves_and_when_its_time_is_up()
    {
        var tokens = new List<CancellationToken>();
        _probe.Answer = (_, token) =>
        {
            tokens.Add(token);
            return new ValueTask<ProbeResult>(new TaskCompletionSource<ProbeResult>().Task);
        };
        ActiveChecker checker = Create();
        _time.Advance(Interval);
        Assert.Equal([false, false], tokens.Select(static token => token.IsCancellationRequested));

        checker.SetMembers(_endpoints[1..]);
        Assert.Single(tokens, static token => token.IsCancellationRequested);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([true, true], tokens.Select(static token => token.IsCancellationRequested));
        Assert.Equal((null, "no result within 2 s"), (_endpoints[0].LastCheck, _endpoints[1].LastCheck));
    }

    [Fact]
    public void Checks_that_have_ended_are_woken_by_nobody()
    {
        ActiveChecker checker = Create();
        _time.Advance(TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(checker.IsAsleep);
        checker.Dispose();
        _told.Clear();

        checker.Wake();

        Assert.Empty(_told);
    }

    [Fact]
    public void The_end_of_all_checks_leaves_nothing_held_against_anybody()
    {
        _probe.Answer = static (_, _) => new ValueTask<ProbeResult>(ProbeResult.Refused("no"));
        ActiveChecker checker = Create();
        _time.Advance(Interval);
        Assert.All(_endpoints, static endpoint => Assert.Equal(("no", true), (endpoint.LastCheck, endpoint.Status.IsFailingChecks)));

        checker.Dispose();

        Assert.All(_endpoints, static endpoint => Assert.Equal((null, false), (endpoint.LastCheck, endpoint.Status.IsFailingChecks)));
    }

    [Fact]
    public void Checks_go_on_without_the_context_of_whoever_turned_the_clock()
    {
        var context = new CountingContext();
        var answer = new TaskCompletionSource<ProbeResult>();
        _probe.Answer = (_, _) => new ValueTask<ProbeResult>(answer.Task);
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

        answer.SetResult(ProbeResult.Passed);

        Assert.Equal(0, context.Posts);
        Assert.Equal("passed", _endpoints[0].LastCheck);
    }

    public void Dispose() => _checker?.Dispose();

    void ICheckEvents.OnChecked(UpstreamEndpoint endpoint, ProbeResult result) => Tell("checked");

    void ICheckEvents.OnCheckTurned(UpstreamEndpoint endpoint, ProbeResult result) => Tell("turned");

    void ICheckEvents.OnPassReturns(UpstreamEndpoint endpoint) => Tell("returns");

    void ICheckEvents.OnChecksStopped() => Tell("stopped");

    void ICheckEvents.OnChecksWoken() => Tell("woken");

    private void Tell(string what)
    {
        lock (_told)
        {
            _told.Add(what);
        }
    }

    /// <summary>Every 10 s, without traffic each minute, and no more after two.</summary>
    private ActiveChecker Create(UpstreamEndpoint[]? members = null, TimeSpan? timeout = null)
    {
        ActiveCheckSettings settings = ActiveCheckSettings.From(new ActiveCheckOptions
        {
            Kind = ActiveCheckKind.Custom,
            Interval = Interval,
            IntervalJitterPercent = 0,
            NoTrafficInterval = TimeSpan.FromMinutes(1),
            StopAfter = TimeSpan.FromMinutes(2),
            Timeout = timeout ?? TimeSpan.FromSeconds(2),
        })!;
        _checker = new ActiveChecker(settings, _probe, this, _time, RandomSource.Seeded(1), static probe => probe());
        _checker.SetMembers(members ?? _endpoints);
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
