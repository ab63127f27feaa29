namespace LoadBalancing.Client;

/// <summary>Open-loop traffic: calls start at given times, whether or not earlier ones have completed, as with many users.</summary>
public static class VirtualTraffic
{
    /// <summary>Makes calls at a constant rate.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="perSecond">Calls per second; above zero.</param>
    /// <param name="duration">The duration.</param>
    /// <param name="call">Makes one call; its argument is the number of the call, starting at 0.</param>
    /// <returns>Completes when the last call has ended; fails with the first exception of any call.</returns>
    public static Task SendAtConstantRateAsync(this TimeProvider clock, double perSecond, TimeSpan duration, Func<int, ValueTask> call) =>
        SendAsync(clock, perSecond, duration, call, static (number, interval) => interval * number);

    /// <summary>Makes calls at random, independent intervals (a Poisson process).</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="perSecond">The average number of calls per second; above zero.</param>
    /// <param name="duration">The duration.</param>
    /// <param name="random">The source of the intervals.</param>
    /// <param name="call">Makes one call; its argument is the number of the call, starting at 0.</param>
    /// <returns>Completes when the last call has ended; fails with the first exception of any call.</returns>
    public static Task SendAtPoissonRateAsync(this TimeProvider clock, double perSecond, TimeSpan duration, RandomSource random, Func<int, ValueTask> call)
    {
        ArgumentNullException.ThrowIfNull(random);
        TimeSpan next = TimeSpan.Zero;
        return SendAsync(clock, perSecond, duration, call, (_, interval) => next += interval * -Math.Log(1 - random.NextDouble()));
    }

    private static async Task SendAsync(
        TimeProvider clock, double perSecond, TimeSpan duration, Func<int, ValueTask> call, Func<int, TimeSpan, TimeSpan> getTime)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(call);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        using var loop = new OpenLoop(clock, duration, call, number => getTime(number, TimeSpan.FromSeconds(1 / perSecond)));
        await loop.Finished.ConfigureAwait(false);
    }

    private sealed class OpenLoop : IDisposable
    {
        private readonly TimeProvider _clock;
        private readonly TimeSpan _duration;
        private readonly Func<int, ValueTask> _call;
        private readonly Func<int, TimeSpan> _getTime;
        private readonly TaskCompletionSource _finished = new();
        private readonly ITimer _timer;
        private readonly long _start;
        private TimeSpan _next;
        private int _number;

        /// <summary>Calls in flight, plus one for the loop itself.</summary>
        private int _pendingCalls = 1;
        private Exception? _failure;

        public OpenLoop(TimeProvider clock, TimeSpan duration, Func<int, ValueTask> call, Func<int, TimeSpan> getTime)
        {
            _clock = clock;
            _duration = duration;
            _call = call;
            _getTime = getTime;
            _start = clock.GetTimestamp();
            _next = getTime(0);
            _timer = clock.CreateTimer(static self => ((OpenLoop)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Arm(TimeSpan.Zero);
        }

        public Task Finished => _finished.Task;

        public void Dispose() => _timer.Dispose();

        private void Tick()
        {
            // On a real clock, the timer may be late for several calls.
            TimeSpan elapsed = _clock.GetElapsedTime(_start);
            while (_next <= elapsed && _next < _duration)
            {
                Begin(_number++);
                _next = _getTime(_number);
            }

            Arm(elapsed);
        }

        private void Arm(TimeSpan elapsed)
        {
            if (_next >= _duration)
            {
                CompleteOne();
            }
            else
            {
                _timer.Change(_next > elapsed ? _next - elapsed : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            }
        }

        private void Begin(int number)
        {
            Interlocked.Increment(ref _pendingCalls);
            try
            {
                ValueTask calling = _call(number);
                if (calling.IsCompletedSuccessfully)
                {
                    calling.GetAwaiter().GetResult();
                    CompleteOne();
                }
                else
                {
                    _ = AwaitCallAsync(calling);
                }
            }
#pragma warning disable CA1031 // It becomes the result of the loop.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Fail(exception);
            }
        }

        private async Task AwaitCallAsync(ValueTask calling)
        {
            try
            {
                await calling.ConfigureAwait(false);
            }
#pragma warning disable CA1031 // It becomes the result of the loop.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Fail(exception);
                return;
            }

            CompleteOne();
        }

        private void Fail(Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, exception, null);
            CompleteOne();
        }

        private void CompleteOne()
        {
            if (Interlocked.Decrement(ref _pendingCalls) > 0)
            {
                return;
            }

            if (_failure is null)
            {
                _finished.TrySetResult();
            }
            else
            {
                _finished.TrySetException(_failure);
            }
        }
    }
}
