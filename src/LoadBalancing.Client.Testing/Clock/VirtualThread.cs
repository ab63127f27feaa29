using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace LoadBalancing.Client;

/// <summary>The thread of the runs of one clock: it has no synchronization context and no scheduler, plenty of stack, and somebody who waits for it only as long as it gets on.</summary>
internal sealed class VirtualThread
{
    /// <summary>Continuations run inside of what they waited for, and a chain of many can be deep.</summary>
    private const int StackSize = 16 * 1024 * 1024;

    private const int Nobody = 0;
    private const int Starting = -1;

    private readonly VirtualClock _clock;
    private int _runner;
    private VirtualClockException? _escape;

    public VirtualThread(VirtualClock clock) => _clock = clock;

    /// <summary>Runs, and throws what the run throws; before all else the escape of whoever left, which is the cause of what came after.</summary>
    public void Run(Action run)
    {
        if (Interlocked.CompareExchange(ref _runner, Starting, Nobody) != Nobody)
        {
            throw new InvalidOperationException(_runner == Environment.CurrentManagedThreadId
                ? "The clock is running: what a run does cannot run it again. Await Task.Delay(time, clock) instead."
                : "The clock is running already, or an earlier run was given up as blocked.");
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
#pragma warning disable CA1031 // It is thrown again on the thread that asked for the run.
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
        Volatile.Write(ref _runner, Nobody);
        ThrowIfEscaped();
        thrown?.Throw();
    }

    /// <summary>During a run only the run may use the clock.</summary>
    public void ThrowIfWrongThread()
    {
        int runner = Volatile.Read(ref _runner);
        if (runner > Nobody && runner != Environment.CurrentManagedThreadId)
        {
            throw OnEscape(ThreadPoolEscapeDetector.DescribeWrongThread());
        }
    }

    /// <summary>Takes note of the first who left.</summary>
    public VirtualClockException OnEscape(string description)
    {
        var escape = new VirtualClockException(string.Create(CultureInfo.InvariantCulture, $"At {_clock.Elapsed} virtual time something left the thread of the run. {description}"));
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
                    $"The run is blocked: for {_clock.StallTimeout} of real time it has not come on, at {_clock.Elapsed} virtual time, {_clock.CurrentStep}. Waiting synchronously (Wait, Result, HttpClient.Send) for something that only this clock can bring never ends.");
            }
        }
    }
}
