namespace LoadBalancing.Client;

/// <summary>Calls that come at their own times, whether or not earlier ones have been answered, as from many users ("open loop").</summary>
public static class VirtualTraffic
{
    /// <summary>Makes calls at equal distances.</summary>
    /// <param name="clock">Whose time it is.</param>
    /// <param name="perSecond">How many a second; above zero.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="call">Makes one call; it is given its number, 0 for the first.</param>
    /// <returns>Completes when the last call has ended; fails with the first exception of any call.</returns>
    public static Task SendAtConstantRateAsync(this TimeProvider clock, double perSecond, TimeSpan duration, Func<int, ValueTask> call) =>
        SendAsync(clock, perSecond, duration, call, static (number, distance) => distance * number);

    /// <summary>Makes calls at random distances, independent of each other (a Poisson process).</summary>
    /// <param name="clock">Whose time it is.</param>
    /// <param name="perSecond">How many a second on average; above zero.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="random">Where the distances are drawn.</param>
    /// <param name="call">Makes one call; it is given its number, 0 for the first.</param>
    /// <returns>Completes when the last call has ended; fails with the first exception of any call.</returns>
    public static Task SendAtPoissonRateAsync(this TimeProvider clock, double perSecond, TimeSpan duration, RandomSource random, Func<int, ValueTask> call)
    {
        ArgumentNullException.ThrowIfNull(random);
        TimeSpan next = TimeSpan.Zero;
        return SendAsync(clock, perSecond, duration, call, (_, distance) => next += distance * -Math.Log(1 - random.NextDouble()));
    }

    private static async Task SendAsync(TimeProvider clock, double perSecond, TimeSpan duration, Func<int, ValueTask> call, Func<int, TimeSpan, TimeSpan> timeOf)
    {
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(call);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        using var loop = new OpenLoop(clock, duration, call, number => timeOf(number, TimeSpan.FromSeconds(1 / perSecond)));
        await loop.Finished.ConfigureAwait(false);
    }

    private sealed class OpenLoop : IDisposable
    {
        private readonly TimeProvider _clock;
        private readonly TimeSpan _duration;
        private readonly Func<int, ValueTask> _call;
        private readonly Func<int, TimeSpan> _timeOf;
        private readonly TaskCompletionSource _finished = new();
        private readonly ITimer _timer;
        private readonly long _start;
        private TimeSpan _next;
        private int _number;

        /// <summary>Calls under way, and one for the loop itself.</summary>
        private int _pendingCalls = 1;
        private Exception? _failure;

        public OpenLoop(TimeProvider clock, TimeSpan duration, Func<int, ValueTask> call, Func<int, TimeSpan> timeOf)
        {
            _clock = clock;
            _duration = duration;
            _call = call;
            _timeOf = timeOf;
            _start = clock.GetTimestamp();
            _next = timeOf(0);
            _timer = clock.CreateTimer(static self => ((OpenLoop)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Arm(TimeSpan.Zero);
        }

        public Task Finished => _finished.Task;

        public void Dispose() => _timer.Dispose();

        private void Tick()
        {
            // A clock of the real world may be late for more than one.
            TimeSpan elapsed = _clock.GetElapsedTime(_start);
            while (_next <= elapsed && _next < _duration)
            {
                Begin(_number++);
                _next = _timeOf(_number);
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
#pragma warning disable CA1031 // It is what the loop ends with.
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
#pragma warning disable CA1031 // It is what the loop ends with.
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
