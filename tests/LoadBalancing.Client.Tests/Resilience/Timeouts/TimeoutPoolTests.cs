using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Resilience.Timeouts;

public sealed class TimeoutPoolTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_timeout_returned_in_time_is_rented_again()
    {
        using TimeoutPool pool = Pool();
        PooledTimeout first = Rent(pool, Second);
        pool.Return(first);

        Assert.Same(first, Rent(pool, Second));
    }

    [Fact]
    public void A_cancelled_timeout_is_not_rented_again()
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
    public void A_timeout_fires_at_its_deadline_and_is_not_rented_again()
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
    public void The_timeout_counts_from_the_given_start()
    {
        using TimeoutPool pool = Pool();
        long startedAt = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromMilliseconds(600));
        PooledTimeout timeout = pool.Rent(startedAt, Second);

        _clock.Advance(TimeSpan.FromMilliseconds(399));
        Assert.False(timeout.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(timeout.IsCancellationRequested);
    }

    [Fact]
    public void A_timeout_that_has_already_elapsed_fires_immediately()
    {
        using TimeoutPool pool = Pool();
        long startedAt = _clock.GetTimestamp();
        _clock.Advance(Second);

        PooledTimeout timeout = pool.Rent(startedAt, Second);

        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.True(timeout.IsCancellationRequested);
    }

    [Fact]
    public void The_deadline_of_the_last_rental_does_not_end_the_next_one()
    {
        using TimeoutPool pool = Pool();
        PooledTimeout first = Rent(pool, Second);
        _clock.Advance(TimeSpan.FromMilliseconds(700));
        pool.Return(first);
        PooledTimeout second = Rent(pool, Second);
        Assert.Same(first, second);

        // 1,699 ms: the timer of the first rental has fired in the meantime.
        _clock.Advance(TimeSpan.FromMilliseconds(300));
        Assert.False(second.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(698));
        Assert.False(second.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(second.IsCancellationRequested);
    }

    [Fact]
    public void A_rental_shorter_than_the_last_one_ends_at_its_own_deadline()
    {
        using TimeoutPool pool = Pool();
        pool.Return(Rent(pool, TimeSpan.FromHours(1)));

        PooledTimeout timeout = Rent(pool, Second);
        _clock.Advance(Second);

        Assert.True(timeout.IsCancellationRequested);
    }

    [Fact]
    public void A_rental_started_after_the_timer_found_no_rental_still_times_out()
    {
        using TimeoutPool pool = Pool();
        pool.Return(Rent(pool, Second));
        _clock.Advance(TimeSpan.FromHours(1));

        PooledTimeout timeout = Rent(pool, Second);
        _clock.Advance(Second);

        Assert.True(timeout.IsCancellationRequested);
    }

    [Fact]
    public void An_infinite_timeout_does_not_fire()
    {
        using TimeoutPool pool = Pool();
        pool.Return(Rent(pool, Second));
        PooledTimeout timeout = Rent(pool, Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromDays(100));

        Assert.False(timeout.IsCancellationRequested);
    }

    [Fact]
    public void A_timeout_longer_than_timers_support_does_not_fire_early_on_the_system_clock()
    {
        using var pool = new TimeoutPool(TimeProvider.System, TestGuard.Create());
        PooledTimeout timeout = pool.Rent(TimeProvider.System.GetTimestamp(), TimeSpan.FromDays(1000));

        Assert.False(timeout.IsCancellationRequested);
    }

    [Fact]
    public void A_timeout_without_a_deadline_does_not_fire_and_can_be_cancelled()
    {
        using TimeoutPool pool = Pool();
        PooledTimeout timeout = Rent(pool, Second);
        timeout.SetDeadline(long.MaxValue);

        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(timeout.IsCancellationRequested);

        timeout.Cancel();
        Assert.True(timeout.IsCancellationRequested);
    }

    [Fact]
    public void Registrations_of_the_last_rental_are_dropped()
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
    public void The_pool_is_bounded_and_no_timeout_outlives_it()
    {
        var time = new CountingTimeProvider();
        using var pool = new TimeoutPool(time, TestGuard.Create());
        PooledTimeout[] rented = [.. Enumerable.Range(0, 300).Select(_ => pool.Rent(time.GetTimestamp(), TimeSpan.FromHours(1)))];
        PooledTimeout last = pool.Rent(time.GetTimestamp(), TimeSpan.FromHours(1));
        Assert.Equal(301, time.TimersAlive);

        Array.ForEach(rented, pool.Return);
        Assert.InRange(pool.PooledCount, 256, pool.Capacity);
        Assert.Equal(pool.PooledCount + 1, time.TimersAlive);

        pool.Dispose();
        Assert.Equal(1, time.TimersAlive);

        pool.Return(last);
        Assert.Equal(0, time.TimersAlive);
    }

    [Fact]
    public async Task On_the_system_clock_a_timeout_fires()
    {
        using var pool = new TimeoutPool(TimeProvider.System, TestGuard.Create());
        pool.Return(pool.Rent(TimeProvider.System.GetTimestamp(), TimeSpan.FromMilliseconds(1)));
        PooledTimeout timeout = pool.Rent(TimeProvider.System.GetTimestamp(), TimeSpan.FromMilliseconds(20));
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration registration = timeout.Token.Register(fired.SetResult);

        await fired.Task;

        Assert.True(timeout.IsCancellationRequested);
    }

    [Fact]
    public void No_timeout_is_rented_twice_concurrently()
    {
        using var pool = new TimeoutPool(TimeProvider.System, TestGuard.Create());
        var rented = new System.Collections.Concurrent.ConcurrentDictionary<PooledTimeout, bool>();
        int doubles = 0;

        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 2000; i++)
            {
                PooledTimeout timeout = pool.Rent(TimeProvider.System.GetTimestamp(), TimeSpan.FromHours(1));
                if (!rented.TryAdd(timeout, true))
                {
                    Interlocked.Increment(ref doubles);
                }

                rented.TryRemove(timeout, out bool _);
                pool.Return(timeout);
            }
        });

        Assert.Equal(0, doubles);
    }

    /// <summary>
    /// The timer fires at any moment between start and end of a rental. It must never fire for a rental before its deadline, nor miss one after it.
    /// </summary>
    [Fact]
    public void A_timer_that_fires_between_rentals_neither_ends_one_early_nor_misses_one()
    {
        var time = new HandTimeProvider();
        using var timeout = new PooledTimeout(time, TestGuard.Create());
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
            // The deadline of the first rental passes right after it has ended; the second has its full timeout.
            timeout.Start(time.GetTimestamp(), TimeSpan.FromMilliseconds(2));
            bool ended = timeout.TryReset();
            time.Advance(TimeSpan.FromMilliseconds(2));
            timeout.Start(time.GetTimestamp(), TimeSpan.FromMilliseconds(2));
            wrong += ended && !timeout.TryReset() ? 1 : 0;
        }

        stop.Cancel();
        ticking.Join();
        Assert.Equal(0, wrong);

        timeout.Start(time.GetTimestamp(), TimeSpan.FromMilliseconds(2));
        time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.True(time.IsSet);
        time.Wake();
        Assert.True(timeout.IsCancellationRequested);
    }

    private TimeoutPool Pool() => new(_clock, TestGuard.Create());

    private PooledTimeout Rent(TimeoutPool pool, TimeSpan timeout) => pool.Rent(_clock.GetTimestamp(), timeout);

    /// <summary>A clock whose timers fire when the test calls them.</summary>
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
