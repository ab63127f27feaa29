using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Resilience.Timeouts;

public sealed class TimeoutPoolTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_limit_that_came_back_in_time_is_lent_again()
    {
        using TimeoutPool pool = Pool();
        PooledTimeout first = Rent(pool, Second);
        pool.Return(first);

        Assert.Same(first, Rent(pool, Second));
    }

    [Fact]
    public void A_limit_that_was_cancelled_is_not_lent_again()
    {
        using TimeoutPool pool = Pool();
        PooledTimeout first = Rent(pool, Second);
        first.Cancel();
        Assert.True(first.IsCancellationRequested);
        pool.Return(first);

        Assert.NotSame(first, Rent(pool, Second));
        Assert.Equal(0, pool.PooledCount);
    }

    [Fact]
    public void A_limit_fires_when_its_time_is_up_and_not_before_and_is_not_lent_again()
    {
        using TimeoutPool pool = Pool();
        PooledTimeout first = Rent(pool, Second);
        bool called = false;
        first.Token.Register(() => called = true);

        _clock.Advance(TimeSpan.FromMilliseconds(998));
        Assert.False(first.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(first.IsCancellationRequested);
        Assert.True(called);

        pool.Return(first);
        Assert.Equal(0, pool.PooledCount);
        Assert.False(Rent(pool, Second).IsCancellationRequested);
    }

    [Fact]
    public void The_time_counts_from_the_start_that_is_given()
    {
        using TimeoutPool pool = Pool();
        long startedAt = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromMilliseconds(600));
        PooledTimeout limit = pool.Rent(startedAt, Second);

        _clock.Advance(TimeSpan.FromMilliseconds(399));
        Assert.False(limit.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(limit.IsCancellationRequested);
    }

    [Fact]
    public void A_time_that_is_up_before_it_begins_fires_at_once()
    {
        using TimeoutPool pool = Pool();
        long startedAt = _clock.GetTimestamp();
        _clock.Advance(Second);

        PooledTimeout limit = pool.Rent(startedAt, Second);

        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.True(limit.IsCancellationRequested);
    }

    [Fact]
    public void The_time_of_the_last_loan_does_not_end_the_next_which_ends_by_its_own()
    {
        using TimeoutPool pool = Pool();
        PooledTimeout first = Rent(pool, Second);
        _clock.Advance(TimeSpan.FromMilliseconds(700));
        pool.Return(first);
        PooledTimeout second = Rent(pool, Second);
        Assert.Same(first, second);

        // 1,699 ms: the timer that was set for the first loan has come and gone.
        _clock.Advance(TimeSpan.FromMilliseconds(300));
        Assert.False(second.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(698));
        Assert.False(second.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(second.IsCancellationRequested);
    }

    [Fact]
    public void A_loan_shorter_than_the_last_one_ends_in_its_own_time()
    {
        using TimeoutPool pool = Pool();
        pool.Return(Rent(pool, TimeSpan.FromHours(1)));

        PooledTimeout limit = Rent(pool, Second);
        _clock.Advance(Second);

        Assert.True(limit.IsCancellationRequested);
    }

    [Fact]
    public void A_loan_long_after_the_timer_came_and_found_nobody_still_ends()
    {
        using TimeoutPool pool = Pool();
        pool.Return(Rent(pool, Second));
        _clock.Advance(TimeSpan.FromHours(1));

        PooledTimeout limit = Rent(pool, Second);
        _clock.Advance(Second);

        Assert.True(limit.IsCancellationRequested);
    }

    [Fact]
    public void A_loan_without_end_does_not_end()
    {
        using TimeoutPool pool = Pool();
        pool.Return(Rent(pool, Second));
        PooledTimeout limit = Rent(pool, Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromDays(100));

        Assert.False(limit.IsCancellationRequested);
    }

    [Fact]
    public void A_loan_longer_than_timers_can_count_ends_in_its_own_time_on_the_system_clock_too()
    {
        using var pool = new TimeoutPool(TimeProvider.System);
        PooledTimeout limit = pool.Rent(TimeProvider.System.GetTimestamp(), TimeSpan.FromDays(1000));

        Assert.False(limit.IsCancellationRequested);
    }

    [Fact]
    public void A_limit_that_is_stopped_no_longer_fires_and_can_be_cancelled()
    {
        using TimeoutPool pool = Pool();
        PooledTimeout limit = Rent(pool, Second);
        limit.SetDeadline(long.MaxValue);

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(limit.IsCancellationRequested);

        limit.Cancel();
        Assert.True(limit.IsCancellationRequested);
    }

    [Fact]
    public void What_was_registered_during_the_last_loan_is_forgotten()
    {
        using TimeoutPool pool = Pool();
        PooledTimeout first = Rent(pool, Second);
        bool called = false;
        first.Token.Register(() => called = true);
        pool.Return(first);

        Rent(pool, Second).Cancel();

        Assert.False(called);
    }

    [Fact]
    public void There_is_a_bound_to_the_limits_that_are_kept_and_none_outlives_the_pool()
    {
        var time = new CountingTimeProvider();
        using var pool = new TimeoutPool(time);
        PooledTimeout[] lent = [.. Enumerable.Range(0, 300).Select(_ => pool.Rent(time.GetTimestamp(), TimeSpan.FromHours(1)))];
        PooledTimeout last = pool.Rent(time.GetTimestamp(), TimeSpan.FromHours(1));
        Assert.Equal(301, time.TimersAlive);

        Array.ForEach(lent, pool.Return);
        Assert.InRange(pool.PooledCount, 256, pool.Capacity);
        Assert.Equal(pool.PooledCount + 1, time.TimersAlive);

        pool.Dispose();
        Assert.Equal(1, time.TimersAlive);

        pool.Return(last);
        Assert.Equal(0, time.TimersAlive);
    }

    [Fact]
    public async Task On_the_system_clock_it_fires_too()
    {
        using var pool = new TimeoutPool(TimeProvider.System);
        pool.Return(pool.Rent(TimeProvider.System.GetTimestamp(), TimeSpan.FromMilliseconds(1)));
        PooledTimeout limit = pool.Rent(TimeProvider.System.GetTimestamp(), TimeSpan.FromMilliseconds(20));
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = limit.Token.Register(fired.SetResult);

        await fired.Task;

        Assert.True(limit.IsCancellationRequested);
    }

    [Fact]
    public void No_limit_is_lent_to_two_at_once()
    {
        using var pool = new TimeoutPool(TimeProvider.System);
        var lent = new System.Collections.Concurrent.ConcurrentDictionary<PooledTimeout, bool>();
        int doubles = 0;

        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 2000; i++)
            {
                PooledTimeout limit = pool.Rent(TimeProvider.System.GetTimestamp(), TimeSpan.FromHours(1));
                if (!lent.TryAdd(limit, true))
                {
                    Interlocked.Increment(ref doubles);
                }

                lent.TryRemove(limit, out bool _);
                pool.Return(limit);
            }
        });

        Assert.Equal(0, doubles);
    }

    /// <summary>The timer comes at any moment between lending and ending: what it may never do is fire on a loan whose time is not up, or miss one whose time is.</summary>
    [Fact]
    public void A_timer_that_comes_while_loans_change_neither_fires_too_early_nor_not_at_all()
    {
        var time = new HandTimeProvider();
        using var limit = new PooledTimeout(time);
        int wrong = 0;
        using var stop = new CancellationTokenSource();
        var ticking = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                time.Wake();
            }
        });
        ticking.Start();

        for (int i = 0; i < 100_000; i++)
        {
            // The time of the first loan is nearly up, and up when it has ended; the second has all of its time.
            limit.Start(time.GetTimestamp(), TimeSpan.FromMilliseconds(2));
            bool ended = limit.TryReset();
            time.Advance(TimeSpan.FromMilliseconds(2));
            limit.Start(time.GetTimestamp(), TimeSpan.FromMilliseconds(2));
            wrong += ended && !limit.TryReset() ? 1 : 0;
        }

        stop.Cancel();
        ticking.Join();
        Assert.Equal(0, wrong);

        limit.Start(time.GetTimestamp(), TimeSpan.FromMilliseconds(2));
        time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(time.IsSet);
        time.Wake();
        Assert.True(limit.IsCancellationRequested);
    }

    private TimeoutPool Pool() => new(_clock);

    private PooledTimeout Rent(TimeoutPool pool, TimeSpan limit) => pool.Rent(_clock.GetTimestamp(), limit);

    /// <summary>A clock whose timers come when a test calls them, and as often as it likes.</summary>
    private sealed class HandTimeProvider : TimeProvider
    {
        private TimerCallback? _callback;
        private object? _state;
        private long _now;

        public bool IsSet { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _now);

        public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);

        public void Wake()
        {
            IsSet = false;
            _callback!(_state);
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, _state) = (callback, state);
            return new HandTimer(this);
        }

        private sealed class HandTimer(HandTimeProvider owner) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => owner.IsSet = true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
