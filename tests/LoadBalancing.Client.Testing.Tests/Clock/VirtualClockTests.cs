using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Clock;

public sealed class VirtualClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Long_delay_takes_exact_virtual_time()
    {
        var clock = new VirtualClock();

        clock.RunTimeout = TimeSpan.FromDays(400);
        clock.Run(() => Task.Delay(TimeSpan.FromDays(40), clock));

        Assert.Equal(TimeSpan.FromDays(40), clock.Elapsed);
        Assert.Equal(new DateTimeOffset(2030, 2, 10, 0, 0, 0, TimeSpan.Zero), clock.GetUtcNow());
    }

    [Fact]
    public void Timers_fire_by_due_time_and_then_in_the_order_of_arming()
    {
        var clock = new VirtualClock();
        List<int> fired = [];
        ITimer third = Timer(clock, () => fired.Add(3), 2 * Second);
        Timer(clock, () => fired.Add(4), 2 * Second);
        Timer(clock, () => fired.Add(1), Second);
        third.Change(2 * Second, Timeout.InfiniteTimeSpan);
        Timer(clock, () => fired.Add(2), 1.5 * Second);

        clock.Advance(2 * Second);

        Assert.Equal([1, 2, 4, 3], fired);
    }

    [Fact]
    public void Randomly_changed_timers_fire_in_sorted_order()
    {
        var clock = new VirtualClock();
        RandomSource random = RandomSource.Seeded(7);
        var expected = new Dictionary<int, (long Due, int Order)>();
        List<int> fired = [];
        ITimer[] timers =
        [
            .. Enumerable.Range(0, 10_000)
                .Select(i => clock.CreateTimer(_ => fired.Add(i), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan)),
        ];
        for (int order = 0; order < 40_000; order++)
        {
            int timer = (int)(random.NextUInt64() % 10_000);
            long due = (long)(random.NextUInt64() % 1000);
            bool armed = due > 100;
            timers[timer].Change(armed ? new TimeSpan(due) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            expected.Remove(timer);
            if (armed)
            {
                expected[timer] = (due, order);
            }
        }

        Assert.Equal(expected.Count, clock.TimersArmed);
        clock.Advance(Second);

        Assert.Equal(expected.OrderBy(static timer => timer.Value).Select(static timer => timer.Key), fired);
        Assert.Equal(0, clock.TimersArmed);
        Array.ForEach(timers, static timer => timer.Dispose());
        Assert.Equal(0, clock.TimersAlive);
    }

    [Fact]
    public void Periodic_timer_fires_each_period_including_the_end()
    {
        var clock = new VirtualClock();
        List<TimeSpan> fired = [];
        using ITimer timer = clock.CreateTimer(_ => fired.Add(clock.Elapsed), null, Second, 2 * Second);

        clock.Advance(5 * Second);

        Assert.Equal([Second, 3 * Second, 5 * Second], fired);
    }

    [Fact]
    public void Disposed_timer_does_not_fire_and_cannot_be_armed()
    {
        var clock = new VirtualClock();
        ITimer timer = Timer(clock, static () => Assert.Fail("It fired."), Second);

        timer.Dispose();

        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        clock.Advance(2 * Second);
    }

    [Fact]
    public void Timer_with_zero_due_time_fires_when_the_clock_advances()
    {
        var clock = new VirtualClock();
        bool fired = false;
        Timer(clock, () => fired = true, TimeSpan.Zero);

        Assert.False(fired);
        clock.Advance(TimeSpan.Zero);
        Assert.True(fired);
    }

    [Fact]
    public void Continuations_run_in_order_on_one_thread()
    {
        var clock = new VirtualClock();
        List<string> lines = [];
        clock.Run(async () =>
        {
            int thread = Environment.CurrentManagedThreadId;
            await Task.WhenAll(Enumerable.Range(0, 20).Select(async worker =>
            {
                for (int step = 0; step < 3; step++)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(10 * (worker % 3)), clock);
                    lines.Add($"{worker} {step} {clock.Elapsed.TotalMilliseconds}");
                    Assert.Equal(thread, Environment.CurrentManagedThreadId);
                }
            }));
        });

        Assert.Equal(60, lines.Count);
        Assert.Equal(lines.OrderBy(static line => double.Parse(line.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture)), lines);
    }

    [Fact]
    public void Token_with_a_delay_cancels_in_virtual_time()
    {
        var clock = new VirtualClock();

        clock.Run(async () =>
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(3), clock);
            await Assert.ThrowsAsync<TaskCanceledException>(() => new TaskCompletionSource().Task.WaitAsync(stop.Token));
        });

        Assert.Equal(TimeSpan.FromSeconds(3), clock.Elapsed);
    }

    [Fact]
    public void Run_throws_the_exception_of_its_body()
    {
        var clock = new VirtualClock();

        var thrown = Assert.Throws<InvalidOperationException>(() => clock.Run(async () =>
        {
            await Task.Delay(Second, clock);
            throw new InvalidOperationException("mine");
        }));

        Assert.Equal("mine", thrown.Message);
        clock.Advance(Second);
    }

    [Fact]
    public void Advance_throws_the_exception_of_a_timer()
    {
        var clock = new VirtualClock();
        Timer(clock, static () => throw new InvalidOperationException("mine"), Second);

        Assert.Throws<InvalidOperationException>(() => clock.Advance(2 * Second));
    }

    [Fact]
    public void Run_returns_the_result_of_its_body() => Assert.Equal(42, new VirtualClock().Run(static () => Task.FromResult(42)));

    [Fact]
    public void Scheduled_action_runs_at_its_time()
    {
        var clock = new VirtualClock();
        TimeSpan done = default;
        clock.Schedule(3 * Second, () => done = clock.Elapsed);

        clock.AdvanceTo(10 * Second);

        Assert.Equal((3 * Second, 10 * Second), (done, clock.Elapsed));
        Assert.Equal(0, clock.TimersAlive);
    }

    [Fact]
    public void Timer_fires_in_the_execution_context_that_created_it()
    {
        var clock = new VirtualClock();
        var local = new AsyncLocal<string> { Value = "armed" };
        string? seen = null;
        Timer(clock, () => seen = local.Value, Second);
        local.Value = "run";

        clock.Advance(Second);

        Assert.Equal("armed", seen);
    }

    [Fact]
    public void Background_compilation_of_the_container_does_not_fail_the_run()
    {
        using ServiceProvider services = new ServiceCollection().AddTransient<List<int>>().BuildServiceProvider();
        var clock = new VirtualClock();

        clock.Run(async () =>
        {
            for (int i = 0; i < 5; i++)
            {
                services.GetRequiredService<List<int>>();
                await Task.Delay(Second, clock);
            }
        });

        Assert.Equal(5 * Second, clock.Elapsed);
    }

    public static TheoryData<string, string> Escapes => new()
    {
        { "Task.Run", "Task.Run" },
        { "Task.Yield", "Task.Yield" },
        { "completion source", "TaskCompletionSource.SetResult" },
        { "channel", "TryWrite" },
        { "CancelAsync", "CancellationTokenSource.CancelAsync" },
        { "semaphore", "SemaphoreSlim.Release" },
        { "queue", "ThreadPool.QueueUserWorkItem" },
    };

    [Theory]
    [MemberData(nameof(Escapes))]
    public void Leaving_the_thread_fails_the_run_with_the_name_of_the_method(string method, string callee)
    {
        var clock = new VirtualClock();

        var thrown = Assert.Throws<VirtualClockException>(() => clock.Run(async () =>
        {
            await Task.Delay(Second, clock);
            await LeaveAsync(method, clock);
            await Task.Delay(Second, clock);
        }));

        Assert.Contains("VirtualClockTests.LeaveAsync", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(callee, thrown.Message, StringComparison.Ordinal);
        Assert.StartsWith("At 00:00:01 virtual time", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_delay_fails_the_run_with_an_explanation()
    {
        var clock = new VirtualClock();

        var thrown = Assert.Throws<VirtualClockException>(() => clock.Run(async () =>
        {
            using var stop = new CancellationTokenSource(Second, clock);
            await Task.Delay(TimeSpan.FromHours(1), clock, stop.Token);
        }));

        Assert.StartsWith("At 00:00:01 virtual time, code left the thread of the run. A Task.Delay was cancelled", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Using_the_clock_on_another_thread_fails_the_run_with_the_name_of_the_method()
    {
        var clock = new VirtualClock();

        var thrown = Assert.Throws<VirtualClockException>(() => clock.Run(async () =>
        {
            UseFromAnotherThread(clock);
            await Task.Delay(Second, clock);
        }));

        Assert.Contains("VirtualClockTests.UseFromAnotherThread", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("another thread", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_never_completes_fails_the_run_with_the_innermost_await()
    {
        var clock = new VirtualClock();

        var thrown = Assert.Throws<VirtualClockException>(() => clock.Run(() => OuterAsync(new TaskCompletionSource())));

        Assert.Contains("no timer of this clock is armed", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("VirtualClockTests.OuterAsync, which awaits VirtualClockTests.InnerAsync", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_exceeds_the_run_timeout_fails_the_run()
    {
        var clock = new VirtualClock { RunTimeout = TimeSpan.FromMinutes(1) };
        using ITimer endless = clock.CreateTimer(static _ => { }, null, Second, Second);

        var thrown = Assert.Throws<VirtualClockException>(() => clock.Run(() => OuterAsync(new TaskCompletionSource())));

        Assert.Contains("00:01:00", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Blocked_run_fails_instead_of_hanging()
    {
        var clock = new VirtualClock { StallTimeout = TimeSpan.FromMilliseconds(200) };
        using var released = new ManualResetEventSlim();

        var thrown = Assert.Throws<VirtualClockException>(() => clock.Run(() =>
        {
            released.Wait(TestContext.Current.CancellationToken);
            return Task.CompletedTask;
        }));

        Assert.Contains("blocked", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("an earlier run is blocked", Assert.Throws<InvalidOperationException>(() => clock.Advance(Second)).Message, StringComparison.Ordinal);
        released.Set();
    }

    [Fact]
    public void Nested_run_is_rejected()
    {
        var clock = new VirtualClock();

        Assert.Throws<InvalidOperationException>(() => clock.Run(() =>
        {
            clock.Advance(Second);
            return Task.CompletedTask;
        }));
    }

    [Fact]
    public async Task Clocks_run_concurrently()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(static seed => Task.Factory.StartNew(
            () =>
            {
                var clock = new VirtualClock();
                clock.Run(async () =>
                {
                    for (int i = 0; i < 1000; i++)
                    {
                        await Task.Delay(Second, clock);
                    }
                });
                Assert.Equal(1000 * Second, clock.Elapsed);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
    }

    private static ITimer Timer(VirtualClock clock, Action action, TimeSpan due) => clock.CreateTimer(_ => action(), null, due, Timeout.InfiniteTimeSpan);

    private static async Task OuterAsync(TaskCompletionSource never) => await InnerAsync(never);

    private static async Task InnerAsync(TaskCompletionSource never) => await never.Task.ConfigureAwait(false);

    private static async Task EnterAsync(SemaphoreSlim semaphore) => await semaphore.WaitAsync();

    private static void UseFromAnotherThread(VirtualClock clock)
    {
        var thread = new Thread(() =>
        {
            try
            {
                clock.GetTimestamp();
            }
            catch (VirtualClockException)
            {
                // The thread gets the exception as well.
            }
        });
        thread.Start();
        thread.Join();
    }

    private static async Task LeaveAsync(string method, VirtualClock clock)
    {
        switch (method)
        {
            case "Task.Run":
                await Task.Run(static () => { });
                break;
            case "Task.Yield":
                await Task.Yield();
                break;
            case "completion source":
                var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Task waiting = InnerAsync(source);
                source.SetResult();
                await waiting;
                break;
            case "channel":
                var channel = Channel.CreateUnbounded<int>();
                Task<int> reading = channel.Reader.ReadAsync().AsTask();
                channel.Writer.TryWrite(1);
                await reading;
                break;
            case "CancelAsync":
                using (var cancelled = new CancellationTokenSource())
                {
                    using CancellationTokenRegistration registration = cancelled.Token.Register(static () => { });
                    await cancelled.CancelAsync();
                }

                break;
            case "semaphore":
                using (var semaphore = new SemaphoreSlim(0))
                {
                    Task entering = EnterAsync(semaphore);
                    semaphore.Release();
                    await entering;
                }

                break;
            default:
                ThreadPool.QueueUserWorkItem(static _ => { });
                await Task.Delay(Second, clock);
                break;
        }
    }
}
