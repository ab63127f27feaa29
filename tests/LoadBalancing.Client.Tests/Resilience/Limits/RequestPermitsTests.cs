namespace LoadBalancing.Client.Tests.Resilience.Limits;

public sealed class RequestPermitsTests
{
    private readonly RequestPermits _permits = new(TimeProvider.System);

    [Fact]
    public void There_are_as_many_permits_as_configured()
    {
        _permits.Configure(2, queueLimit: 0);

        Assert.Equal([true, true, false], [_permits.TryAcquire(), _permits.TryAcquire(), _permits.TryAcquire()]);
        _permits.Release();
        Assert.True(_permits.TryAcquire());
    }

    [Fact]
    public async Task Waiters_are_admitted_in_order_and_new_attempts_do_not_overtake()
    {
        _permits.Configure(1, queueLimit: 2);
        _permits.TryAcquire();
        Task<bool> first = _permits.AcquireAsync(CancellationToken.None).AsTask();
        Task<bool> second = _permits.AcquireAsync(CancellationToken.None).AsTask();

        Assert.False(await _permits.AcquireAsync(CancellationToken.None));
        _permits.Release();
        Assert.True(await first);
        Assert.Equal((false, false, 1), (second.IsCompleted, _permits.TryAcquire(), _permits.QueuedCount));
        _permits.Release();
        Assert.True(await second);
        _permits.Release();
        Assert.Equal((0, 0), (_permits.PermitsInUse, _permits.QueuedCount));
    }

    [Fact]
    public async Task A_cancelled_waiter_leaves_the_queue()
    {
        using var caller = new CancellationTokenSource();
        _permits.Configure(1, queueLimit: 1);
        _permits.TryAcquire();
        Task<bool> first = _permits.AcquireAsync(caller.Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal((1, 0), (_permits.PermitsInUse, _permits.QueuedCount));
        _permits.Release();
        Assert.True(_permits.TryAcquire());
    }

    [Fact]
    public async Task A_higher_limit_admits_waiters_and_a_lower_one_revokes_no_permit()
    {
        _permits.Configure(1, queueLimit: 10);
        _permits.TryAcquire();
        Task<bool>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => _permits.AcquireAsync(CancellationToken.None).AsTask())];

        _permits.Configure(3, queueLimit: 10);
        await Task.WhenAll(waiting[0], waiting[1]);
        _permits.Configure(1, queueLimit: 10);
        _permits.Release();
        _permits.Release();

        Assert.Equal((1, 1, false), (_permits.PermitsInUse, _permits.QueuedCount, waiting[2].IsCompleted));
        _permits.Release();
        Assert.True(await waiting[2]);
    }

    /// <summary>Many threads acquire, wait, cancel and release concurrently: never more permits in use than configured, no waiter lost, nothing left.</summary>
    [Fact]
    public async Task Under_load_no_permit_is_granted_twice_or_lost()
    {
        const int PermitLimit = 5;
        _permits.Configure(PermitLimit, queueLimit: 20);
        int inside = 0;
        int most = 0;
        int entered = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(caller => Task.Run(async () =>
        {
            for (int i = 0; i < 400; i++)
            {
                using var cancelling = new CancellationTokenSource();
                bool has = _permits.TryAcquire();
                if (!has)
                {
                    ValueTask<bool> waiting = _permits.AcquireAsync(cancelling.Token);
                    if ((caller + i) % 3 == 0)
                    {
                        await cancelling.CancelAsync();
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
                    _permits.Release();
                }
            }
        })));

        Assert.Equal((0, 0), (_permits.PermitsInUse, _permits.QueuedCount));
        Assert.InRange(most, 1, PermitLimit);
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
