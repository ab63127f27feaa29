using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// A clock that stands still until it is told to run, and then passes from timer to timer as fast as the code between them allows: an hour takes milliseconds. All that a run sets
/// going happens on one thread, one thing after the other, in the same order each time.
/// </summary>
/// <remarks>
/// <code>
/// clock.Run(body):     body begins --> it waits --> next timer fires, what waited goes on --> ... --> body ends
/// clock.RunFor(time):  timers fire in order, until the time is over
/// </code>
/// <para>
/// Timers due at the same time fire in the order in which they were armed. A run has a thread of its own, without a synchronization context, so that whatever awaits goes on where its
/// wait ended. Code that leaves this thread (<c>Task.Run</c>, <c>Task.Yield</c>, a completion source that runs its continuations asynchronously, a channel) would go on at some
/// time or other, and so would real input and output: the run then fails with a <see cref="VirtualClockException"/> that names who left, and how.
/// </para>
/// <para>Between runs the clock may be used from any thread. During a run only what belongs to the run may use it.</para>
/// </remarks>
public sealed class VirtualClock : TimeProvider
{
    /// <summary>More than any sensible number of things that happen at one moment; fewer would be taken for a loop in which no time passes.</summary>
    private const int MaxFiresAtOneTime = 10_000_000;

    private readonly Lock _timersLock = new();
    private readonly TimerHeap _timers = new();
    private readonly VirtualThread _thread;
    private long _now;
    private long _armed;
    private long _fired;
    private int _alive;
    private VirtualTimer? _firing;

    /// <summary>Creates a clock that shows the first moment of the year 2030, UTC.</summary>
    public VirtualClock()
        : this(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Creates a clock.</summary>
    /// <param name="start">What it shows at first.</param>
    public VirtualClock(DateTimeOffset start)
    {
        Start = start.ToUniversalTime();
        _thread = new VirtualThread(this);
        _now = start.UtcTicks;
    }

    /// <summary>What it showed at first, in UTC.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>The time that has passed since <see cref="Start"/>.</summary>
    public TimeSpan Elapsed => new(Now - Start.UtcTicks);

    /// <summary>How many timers are waiting to fire.</summary>
    public int TimersArmed => _timers.Count;

    /// <summary>How many timers were made and not disposed.</summary>
    public int TimersAlive => Volatile.Read(ref _alive);

    /// <summary>How many times a timer has fired.</summary>
    public long TimersFired => Volatile.Read(ref _fired);

    /// <summary>
    /// How much real time a run may stand at one place before it is given up as blocked: by a lock, by a synchronous wait for something that only this clock could bring. Above zero;
    /// default 30 s. Not looked at under a debugger.
    /// </summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The virtual time within which the work of a <see cref="Run(Func{Task})"/> must be done. Above zero; default one day.</summary>
    public TimeSpan RunTimeout { get; set; } = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>UTC, wherever the test runs.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Where a run is, for messages.</summary>
    internal string CurrentStep => Volatile.Read(ref _firing) is { } timer ? $"in what follows from the timer of {timer.Name}" : "before any timer fired";

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

    /// <summary>Runs until a piece of work is done. What else is still waiting then stays as it is, for a next run.</summary>
    /// <param name="body">The work; it begins at once.</param>
    /// <exception cref="VirtualClockException">The work cannot end, left the thread of the run, or was not done within <see cref="RunTimeout"/>.</exception>
    /// <exception cref="InvalidOperationException">The clock is running already.</exception>
    public void Run(Func<Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _thread.Run(() => RunToEnd(body));
    }

    /// <summary>Runs until a piece of work is done, and gives its result.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="body">The work; it begins at once.</param>
    /// <exception cref="VirtualClockException">The work cannot end, left the thread of the run, or was not done within <see cref="RunTimeout"/>.</exception>
    /// <exception cref="InvalidOperationException">The clock is running already.</exception>
    public TResult Run<TResult>(Func<Task<TResult>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        TResult result = default!;
        Run(async () => { result = await body().ConfigureAwait(false); });
        return result;
    }

    /// <summary>Lets time pass: everything that is due until then happens, what is due at the end included.</summary>
    /// <param name="time">How long; zero for what is due now.</param>
    /// <exception cref="VirtualClockException">Something left the thread of the run.</exception>
    /// <exception cref="InvalidOperationException">The clock is running already.</exception>
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

    /// <summary>Lets time pass until so much has passed since <see cref="Start"/>.</summary>
    /// <param name="sinceStart">Not less than <see cref="Elapsed"/>.</param>
    /// <exception cref="VirtualClockException">Something left the thread of the run.</exception>
    /// <exception cref="InvalidOperationException">The clock is running already.</exception>
    public void AdvanceTo(TimeSpan sinceStart) => Advance(sinceStart - Elapsed);

    /// <summary>Does something at a later time.</summary>
    /// <param name="sinceStart">When, since <see cref="Start"/>; a time that is over means now.</param>
    /// <param name="action">What to do.</param>
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

    /// <summary>A timer of the test bed itself, which does not count among those that are alive.</summary>
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
        Task work = body() ?? throw new InvalidOperationException("The body of a run gave no task.");
        _thread.ThrowIfEscaped();
        long end = Now + RunTimeout.Ticks;
        Pump(end, work);
        if (!work.IsCompleted)
        {
            string waits = PendingWork.Describe(work);
            throw new VirtualClockException(TimersArmed > 0
                ? string.Create(CultureInfo.InvariantCulture, $"The work was not done within {RunTimeout} of virtual time. {waits}")
                : $"The work waits, and no timer of this clock is left that could end the wait: it waits for itself, for a clock other than this one, or for real input or output. {waits}");
        }

        work.GetAwaiter().GetResult();
    }

    private void Pump(long end, Task? until)
    {
        int firesAtOnce = 0;
        while (until is not { IsCompleted: true } && TryTakeDueTimer(end) is { } timer)
        {
            firesAtOnce = timer.Due > Now ? 0 : firesAtOnce + 1;
            if (firesAtOnce > MaxFiresAtOneTime)
            {
                throw new VirtualClockException($"{MaxFiresAtOneTime} timers have fired at {Elapsed} and time does not pass. The last one runs {timer.Name}.");
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
