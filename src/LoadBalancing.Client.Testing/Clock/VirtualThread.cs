using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace LoadBalancing.Client;

/// <summary>
/// Runs the code of one clock on a thread without a synchronization context or scheduler and with a large stack, and waits for it as long as it makes progress.
/// </summary>
internal sealed class VirtualThread
{
    /// <summary>Continuations run synchronously inside the code that completes them, so long chains are deep.</summary>
    private const int StackSize = 16 * 1024 * 1024;

    private const int NotRunning = 0;
    private const int Starting = -1;

    private readonly VirtualClock _clock;
    private int _runner;
    private VirtualClockException? _escape;

    public VirtualThread(VirtualClock clock) => _clock = clock;

    /// <summary>Runs an action and rethrows its exception. An escape from the thread takes precedence, because later exceptions follow from it.</summary>
    public void Run(Action run)
    {
        if (Interlocked.CompareExchange(ref _runner, Starting, NotRunning) != NotRunning)
        {
            throw new InvalidOperationException(_runner == Environment.CurrentManagedThreadId
                ? "The clock is running and cannot be run again from within a run. Await Task.Delay(time, clock) instead."
                : "The clock is already running, or an earlier run is blocked.");
        }

        ThreadPoolEscapeDetector.Start();
        _escape = null;
        ExceptionDispatchInfo? thrown = null;
        var thread = new Thread(
            () =>
            {
                Volatile.Write(ref _runner, Environment.CurrentManagedThreadId);
                try
                {
                    using (ThreadPoolEscapeDetector.Watch(this))
                    {
                        run();
                    }
                }
#pragma warning disable CA1031 // It is rethrown on the calling thread.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    thrown = ExceptionDispatchInfo.Capture(exception);
                }
            },
            StackSize)
        {
            IsBackground = true,
            Name = nameof(VirtualClock),
        };
        thread.Start();
        Await(thread);
        Volatile.Write(ref _runner, NotRunning);
        ThrowIfEscaped();
        thrown?.Throw();
    }

    /// <summary>During a run, only the thread of the run may use the clock.</summary>
    public void ThrowIfWrongThread()
    {
        int runner = Volatile.Read(ref _runner);
        if (runner > NotRunning && runner != Environment.CurrentManagedThreadId)
        {
            throw OnEscape(ThreadPoolEscapeDetector.DescribeWrongThread());
        }
    }

    /// <summary>Records the first escape from the thread.</summary>
    public VirtualClockException OnEscape(string description)
    {
        var escape = new VirtualClockException(
            string.Create(CultureInfo.InvariantCulture, $"At {_clock.Elapsed} virtual time, code left the thread of the run. {description}"));
        return Interlocked.CompareExchange(ref _escape, escape, null) ?? escape;
    }

    public void ThrowIfEscaped()
    {
        if (Volatile.Read(ref _escape) is { } escape)
        {
            throw escape;
        }
    }

    private void Await(Thread thread)
    {
        while (true)
        {
            long before = _clock.TimersFired;
            if (thread.Join(_clock.StallTimeout))
            {
                return;
            }

            if (before == _clock.TimersFired && !Debugger.IsAttached)
            {
                ThrowIfEscaped();
                throw new VirtualClockException(
                    $"The run is blocked: no progress for {_clock.StallTimeout} of real time, at {_clock.Elapsed} virtual time, {_clock.CurrentStep}. "
                    + "A synchronous wait (Wait, Result, HttpClient.Send) for something that only this clock can complete never ends.");
            }
        }
    }
}
