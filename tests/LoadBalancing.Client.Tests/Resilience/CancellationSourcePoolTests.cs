using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Resilience;

public sealed class CancellationSourcePoolTests
{
    [Fact]
    public void A_source_that_came_back_in_time_is_lent_again()
    {
        var pool = new CancellationSourcePool(TimeProvider.System);
        CancellationTokenSource first = pool.Rent(TimeSpan.FromHours(1));
        pool.Return(first);

        Assert.Same(first, pool.Rent(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void A_source_that_was_cancelled_is_not_lent_again()
    {
        var pool = new CancellationSourcePool(TimeProvider.System);
        CancellationTokenSource first = pool.Rent(TimeSpan.FromHours(1));
        first.Cancel();
        pool.Return(first);

        Assert.NotSame(first, pool.Rent(TimeSpan.FromHours(1)));
        Assert.Equal(0, pool.Kept);
    }

    [Fact]
    public async Task A_source_that_fired_is_not_lent_again()
    {
        var pool = new CancellationSourcePool(TimeProvider.System);
        CancellationTokenSource first = pool.Rent(TimeSpan.FromMilliseconds(1));
        var fired = new TaskCompletionSource();
        using CancellationTokenRegistration registration = first.Token.Register(fired.SetResult);
        await fired.Task;
        pool.Return(first);

        Assert.False(pool.Rent(TimeSpan.FromHours(1)).IsCancellationRequested);
    }

    [Fact]
    public async Task The_time_of_the_last_loan_does_not_end_the_next()
    {
        var pool = new CancellationSourcePool(TimeProvider.System);
        CancellationTokenSource source = pool.Rent(TimeSpan.FromMilliseconds(50));
        pool.Return(source);
        CancellationTokenSource again = pool.Rent(Timeout.InfiniteTimeSpan);
        CancellationTokenSource later = pool.Rent(TimeSpan.FromMilliseconds(100));
        var passed = new TaskCompletionSource();
        using CancellationTokenRegistration registration = later.Token.Register(passed.SetResult);
        await passed.Task;

        Assert.Same(source, again);
        Assert.False(again.IsCancellationRequested);
    }

    [Fact]
    public void What_was_registered_during_the_last_loan_is_forgotten()
    {
        var pool = new CancellationSourcePool(TimeProvider.System);
        CancellationTokenSource first = pool.Rent(TimeSpan.FromHours(1));
        bool called = false;
        first.Token.Register(() => called = true);
        pool.Return(first);

        pool.Rent(TimeSpan.FromHours(1)).Cancel();

        Assert.False(called);
    }

    [Fact]
    public void There_is_a_bound_to_the_sources_that_are_kept()
    {
        var pool = new CancellationSourcePool(TimeProvider.System);
        CancellationTokenSource[] lent = [.. Enumerable.Range(0, 300).Select(_ => pool.Rent(TimeSpan.FromHours(1)))];

        Array.ForEach(lent, pool.Return);

        Assert.Equal(256, pool.Kept);
    }

    [Fact]
    public void On_another_clock_no_source_is_kept()
    {
        var pool = new CancellationSourcePool(new FakeTimeProvider());

        pool.Return(pool.Rent(TimeSpan.FromHours(1)));

        Assert.Equal(0, pool.Kept);
    }

    [Fact]
    public void On_another_clock_a_source_fires_by_that_clock()
    {
        var clock = new FakeTimeProvider();
        CancellationTokenSource source = new CancellationSourcePool(clock).Rent(TimeSpan.FromHours(1));

        clock.Advance(TimeSpan.FromHours(1));

        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public void No_source_is_lent_to_two_at_once()
    {
        var pool = new CancellationSourcePool(TimeProvider.System);
        var lent = new System.Collections.Concurrent.ConcurrentDictionary<CancellationTokenSource, bool>();
        int doubles = 0;

        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 2000; i++)
            {
                CancellationTokenSource source = pool.Rent(TimeSpan.FromHours(1));
                if (!lent.TryAdd(source, true))
                {
                    Interlocked.Increment(ref doubles);
                }

                lent.TryRemove(source, out bool _);
                pool.Return(source);
            }
        });

        Assert.Equal(0, doubles);
    }
}
