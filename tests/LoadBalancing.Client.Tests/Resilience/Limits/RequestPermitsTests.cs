namespace LoadBalancing.Client.Tests.Resilience.Limits;

public sealed class RequestPermitsTests
{
    private readonly RequestPermits _slots = new();

    [Fact]
    public void There_are_as_many_places_as_configured()
    {
        _slots.Configure(2, queueLimit: 0);

        Assert.Equal([true, true, false], [_slots.TryAcquire(), _slots.TryAcquire(), _slots.TryAcquire()]);
        _slots.Release();
        Assert.True(_slots.TryAcquire());
    }

    [Fact]
    public async Task Whoever_came_first_is_let_in_first_and_newcomers_do_not_overtake()
    {
        _slots.Configure(1, queueLimit: 2);
        _slots.TryAcquire();
        Task<bool> first = _slots.AcquireAsync(CancellationToken.None).AsTask();
        Task<bool> second = _slots.AcquireAsync(CancellationToken.None).AsTask();

        Assert.False(await _slots.AcquireAsync(CancellationToken.None));
        _slots.Release();
        Assert.True(await first);
        Assert.Equal((false, false, 1), (second.IsCompleted, _slots.TryAcquire(), _slots.QueuedCount));
        _slots.Release();
        Assert.True(await second);
        _slots.Release();
        Assert.Equal((0, 0), (_slots.PermitsInUse, _slots.QueuedCount));
    }

    [Fact]
    public async Task Whoever_gives_up_leaves_the_queue()
    {
        using var caller = new CancellationTokenSource();
        _slots.Configure(1, queueLimit: 1);
        _slots.TryAcquire();
        Task<bool> first = _slots.AcquireAsync(caller.Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal((1, 0), (_slots.PermitsInUse, _slots.QueuedCount));
        _slots.Release();
        Assert.True(_slots.TryAcquire());
    }

    [Fact]
    public async Task More_places_let_in_those_who_wait_and_fewer_throw_nobody_out()
    {
        _slots.Configure(1, queueLimit: 10);
        _slots.TryAcquire();
        Task<bool>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => _slots.AcquireAsync(CancellationToken.None).AsTask())];

        _slots.Configure(3, queueLimit: 10);
        await Task.WhenAll(waiting[0], waiting[1]);
        _slots.Configure(1, queueLimit: 10);
        _slots.Release();
        _slots.Release();

        Assert.Equal((1, 1, false), (_slots.PermitsInUse, _slots.QueuedCount, waiting[2].IsCompleted));
        _slots.Release();
        Assert.True(await waiting[2]);
    }

    /// <summary>Many threads enter, wait, give up and leave at once: never more inside than there are places, nobody forgotten, nothing left.</summary>
    [Fact]
    public async Task Under_load_no_place_is_given_twice_or_lost()
    {
        const int Places = 5;
        _slots.Configure(Places, queueLimit: 20);
        int inside = 0;
        int most = 0;
        int entered = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < 400; i++)
            {
                using var givingUp = new CancellationTokenSource();
                bool has = _slots.TryAcquire();
                if (!has)
                {
                    ValueTask<bool> waiting = _slots.AcquireAsync(givingUp.Token);
                    if ((caller + i) % 3 == 0)
                    {
                        await givingUp.CancelAsync();
                    }

                    try
                    {
                        has = await waiting;
                    }
                    catch (OperationCanceledException)
                    {
                        continue;
                    }
                }

                if (has)
                {
                    Interlocked.Increment(ref entered);
                    int now = Interlocked.Increment(ref inside);
                    InterlockedMax(ref most, now);
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                    _slots.Release();
                }
            }
        })));

        Assert.Equal((0, 0), (_slots.PermitsInUse, _slots.QueuedCount));
        Assert.InRange(most, 1, Places);
        Assert.True(entered > 400);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (value > seen)
        {
            int before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
