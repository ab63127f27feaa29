using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// A clock that stands still until it is run, and then advances from timer to timer as fast as the code between them allows: an hour takes milliseconds.
/// Everything in a run happens on one thread, sequentially, and in the same order each time.
/// </summary>
/// <remarks>
/// <code>
/// clock.Run(body):      body starts --> it awaits --> next timer fires, its awaiter continues --> ... --> body completes
/// clock.Advance(time):  timers fire in order, until the time has passed
/// </code>
/// <para>
/// Timers due at the same time fire in the order in which they were armed. A run has its own thread, without a synchronization context, so an await
/// continues where it was completed. Code that leaves this thread (<c>Task.Run</c>, <c>Task.Yield</c>, a completion source with asynchronous
/// continuations, a channel) would continue at an unpredictable time, and so would real input and output: the run then fails with a
/// <see cref="VirtualClockException"/> that names the code that left the thread.
/// </para>
/// <para>Between runs the clock may be used from any thread; during a run, only by code of the run.</para>
/// </remarks>
public sealed class VirtualClock : TimeProvider
{
    /// <summary>Larger than any sensible number of timers due at one time. Beyond it, the run is considered an endless loop in which no time passes.</summary>
    private const int MaxFiresAtSameTime = 10_000_000;

    private readonly Lock _timersLock = new();
    private readonly TimerHeap _timers = new();
    private readonly VirtualThread _thread;
    private long _now;
    private long _armed;
    private long _fired;
    private int _alive;
    private VirtualTimer? _firing;

    /// <summary>Creates a clock that starts at 2030-01-01T00:00:00Z.</summary>
    public VirtualClock()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Creates a clock.</summary>
    /// <param name="start">The initial time.</param>
    public VirtualClock(DateTimeOffset start)
    {
        Start = start.ToUniversalTime();
        _thread = new VirtualThread(this);
        _now = start.UtcTicks;
    }

    /// <summary>The initial time, in UTC.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>The time that has passed since <see cref="Start"/>.</summary>
    public TimeSpan Elapsed => new(Now - Start.UtcTicks);

    /// <summary>The number of armed timers.</summary>
    public int TimersArmed => _timers.Count;

    /// <summary>The number of timers that have been created and not disposed.</summary>
    public int TimersAlive => Volatile.Read(ref _alive);

    /// <summary>The number of times that timers have fired.</summary>
    public long TimersFired => Volatile.Read(ref _fired);

    /// <summary>
    /// The real time without progress after which a run fails as blocked, for example by a lock or by a synchronous wait for something that only this clock
    /// can complete. Above zero; default 30 s. Ignored under a debugger.
    /// </summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The virtual time within which the work of <see cref="Run(Func{Task})"/> must complete. Above zero; default one day.</summary>
    public TimeSpan RunTimeout { get; set; } = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>UTC, on any machine.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The current step of a run, for messages.</summary>
    internal string CurrentStep => Volatile.Read(ref _firing) is { } timer ? $"after the timer of {timer.Name} fired" : "before any timer fired";

    private long Now => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        _thread.ThrowIfWrongThread();
        return new DateTimeOffset(Now, TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        _thread.ThrowIfWrongThread();
        return Now;
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state, isCounted: true);
        Interlocked.Increment(ref _alive);
        Arm(timer, dueTime, period);
        return timer;
    }

    /// <summary>Runs until an asynchronous method completes. Other pending work stays pending, for a later run.</summary>
    /// <param name="body">The method; it starts immediately.</param>
    /// <exception cref="VirtualClockException">
    /// The work cannot complete, left the thread of the run, or did not complete within <see cref="RunTimeout"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">The clock is already running.</exception>
    public void Run(Func<Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _thread.Run(() => RunToEnd(body));
    }

    /// <summary>Runs until an asynchronous method completes, and returns its result.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="body">The method; it starts immediately.</param>
    /// <exception cref="VirtualClockException">
    /// The work cannot complete, left the thread of the run, or did not complete within <see cref="RunTimeout"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">The clock is already running.</exception>
    public TResult Run<TResult>(Func<Task<TResult>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        TResult result = default!;
        Run(async () => { result = await body().ConfigureAwait(false); });
        return result;
    }

    /// <summary>Advances the clock and fires all timers that are due, including those due at the end.</summary>
    /// <param name="time">The time to advance; zero fires the timers that are due now.</param>
    /// <exception cref="VirtualClockException">Code left the thread of the run.</exception>
    /// <exception cref="InvalidOperationException">The clock is already running.</exception>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        _thread.Run(() =>
        {
            long end = Now + time.Ticks;
            Pump(end, until: null);
            Volatile.Write(ref _now, end);
        });
    }

    /// <summary>Advances the clock to a time since <see cref="Start"/>.</summary>
    /// <param name="sinceStart">The time; not less than <see cref="Elapsed"/>.</param>
    /// <exception cref="VirtualClockException">Code left the thread of the run.</exception>
    /// <exception cref="InvalidOperationException">The clock is already running.</exception>
    public void AdvanceTo(TimeSpan sinceStart) => Advance(sinceStart - Elapsed);

    /// <summary>Runs an action at a later time.</summary>
    /// <param name="sinceStart">The time since <see cref="Start"/>; a past time means now.</param>
    /// <param name="action">The action.</param>
    public void Schedule(TimeSpan sinceStart, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        TimeSpan wait = sinceStart - Elapsed;
        ITimer timer = null!;
        timer = CreateTimer(_ => Do(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        void Do()
        {
            timer.Dispose();
            action();
        }
    }

    /// <summary>A timer of the test library itself, which is not included in <see cref="TimersAlive"/>.</summary>
    internal VirtualTimer CreateUncountedTimer(TimerCallback callback, object? state) => new(this, callback, state, isCounted: false);

    internal bool Arm(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        _thread.ThrowIfWrongThread();
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, Timeout.InfiniteTimeSpan);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Timeout.InfiniteTimeSpan);
        lock (_timersLock)
        {
            if (timer.IsDisposed)
            {
                return false;
            }

            timer.Period = period > TimeSpan.Zero ? period.Ticks : 0;
            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                _timers.Remove(timer);
                return true;
            }

            timer.Due = Now + dueTime.Ticks;
            timer.Order = _armed++;
            _timers.AddOrUpdate(timer);
            return true;
        }
    }

    internal void Remove(VirtualTimer timer)
    {
        _thread.ThrowIfWrongThread();
        lock (_timersLock)
        {
            if (!timer.IsDisposed)
            {
                timer.IsDisposed = true;
                _timers.Remove(timer);
                Interlocked.Add(ref _alive, timer.IsCounted ? -1 : 0);
            }
        }
    }

    private void RunToEnd(Func<Task> body)
    {
        Task work = body() ?? throw new InvalidOperationException("The body of a run returned no task.");
        _thread.ThrowIfEscaped();
        long end = Now + RunTimeout.Ticks;
        Pump(end, work);
        if (!work.IsCompleted)
        {
            string pending = PendingWork.Describe(work);
            throw new VirtualClockException(TimersArmed > 0
                ? string.Create(CultureInfo.InvariantCulture, $"The work did not complete within {RunTimeout} of virtual time. {pending}")
                : "The work cannot complete: it is waiting and no timer of this clock is armed. It waits for itself, for another clock, or for real "
                    + "input or output. "
                    + pending);
        }

        work.GetAwaiter().GetResult();
    }

    private void Pump(long end, Task? until)
    {
        int firesAtSameTime = 0;
        while (until is not { IsCompleted: true } && TryTakeDueTimer(end) is { } timer)
        {
            firesAtSameTime = timer.Due > Now ? 0 : firesAtSameTime + 1;
            if (firesAtSameTime > MaxFiresAtSameTime)
            {
                throw new VirtualClockException($"{MaxFiresAtSameTime} timers have fired at {Elapsed} without time passing. The last one runs {timer.Name}.");
            }

            Volatile.Write(ref _now, Math.Max(Now, timer.Due));
            Volatile.Write(ref _fired, _fired + 1);
            Volatile.Write(ref _firing, timer);
            if (timer.Period > 0)
            {
                Arm(timer, TimeSpan.FromTicks(timer.Period), TimeSpan.FromTicks(timer.Period));
            }

            timer.Fire();
            _thread.ThrowIfEscaped();
        }
    }

    private VirtualTimer? TryTakeDueTimer(long end)
    {
        lock (_timersLock)
        {
            VirtualTimer? first = _timers.First;
            if (first is null || first.Due > end)
            {
                return null;
            }

            _timers.Remove(first);
            return first;
        }
    }
}
