namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>The schedule of sweeps, on a manual clock. One beat every 10 s.</summary>
public sealed class SweepTimerTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 9)]
    [InlineData(9.5, 0.5)]
    [InlineData(10, 10)]
    [InlineData(1234, 6)]
    public void The_next_sweep_comes_at_the_next_beat_since_the_start(double now, double due)
    {
        using SweepTimer timer = Create();
        _time.Now = TimeSpan.FromSeconds(now);
        Assert.False(timer.IsArmed);

        timer.Arm();

        Assert.True(timer.IsArmed);
        Assert.Equal([TimeSpan.FromSeconds(due)], _time.Set);
    }

    [Fact]
    public void Arming_a_second_time_changes_nothing()
    {
        using SweepTimer timer = Create();

        timer.Arm();
        timer.Arm();

        Assert.Single(_time.Set);
    }

    [Fact]
    public void A_timer_that_fires_slightly_early_sweeps_once_on_its_beat()
    {
        SweepTimer? timer = null;
        int sweeps = 0;
        using (timer = new SweepTimer(
            () =>
            {
                sweeps++;
                timer!.Begin();
                timer.Arm();
            },
            Interval,
            _time,
            _time.GetTimestamp()))
        {
            timer.Arm();
            _time.Now = TimeSpan.FromSeconds(9.9);
            _time.Fire();

            Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.1)], _time.Set);
            Assert.Equal((1, true), (sweeps, timer.IsArmed));
        }
    }

    [Fact]
    public void A_new_interval_sets_an_armed_timer_to_its_next_beat()
    {
        using SweepTimer timer = Create();
        _time.Now = TimeSpan.FromSeconds(101);
        timer.Arm();
        timer.Begin();
        timer.Arm();

        timer.Configure(TimeSpan.FromMinutes(1));

        // At 110, and after that sweep at 120; with the new interval at 120.
        Assert.Equal([9, 9, 19], _time.Set.Select(static due => due.TotalSeconds));
    }

    [Fact]
    public void A_new_interval_sets_no_timer_that_is_not_armed()
    {
        using SweepTimer timer = Create();

        timer.Configure(TimeSpan.FromMinutes(1));

        Assert.Equal((0, false), (_time.Set.Count, timer.IsArmed));
    }

    [Fact]
    public void After_disposal_the_timer_is_not_set()
    {
        SweepTimer timer = Create();
        timer.Dispose();

        timer.Arm();
        timer.Configure(TimeSpan.FromMinutes(1));

        Assert.Equal((true, 0), (_time.IsDisposed, _time.Set.Count));
    }

    [Fact]
    public void Sweeps_do_not_capture_the_execution_context_of_the_constructor()
    {
        var request = new AsyncLocal<string>();
        using var swept = new ManualResetEventSlim();
        string? seen = "nothing";
        request.Value = "a request";
        using var timer = new SweepTimer(
            () =>
            {
                seen = request.Value;
                swept.Set();
            },
            TimeSpan.FromMilliseconds(1),
            TimeProvider.System,
            TimeProvider.System.GetTimestamp());

        timer.Arm();

        Assert.True(swept.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.Null(seen);
    }

    private SweepTimer Create() => new(static () => { }, Interval, _time, _time.GetTimestamp());
}
