using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Tracing;
using System.Reflection;

namespace LoadBalancing.Client;

/// <summary>
/// Detects that work is queued to the thread pool, when and where it happens: the platform raises an event for every queued work item on the thread that
/// queues it, so the stack shows the code responsible.
/// </summary>
internal sealed class ThreadPoolEscapeDetector : EventListener
{
    private const string PoolEvents = "System.Diagnostics.Eventing.FrameworkEventSource";
    private const EventKeywords ThreadPoolKeyword = (EventKeywords)0x2;
    private const int MaxStartAttempts = 200;
    private const int MaxFrames = 12;

    private static readonly TimeSpan StartAttemptTimeout = TimeSpan.FromSeconds(1);
    private static readonly Lazy<ThreadPoolEscapeDetector> Listener = new(static () => new ThreadPoolEscapeDetector());

    [ThreadStatic]
    private static VirtualThread? _running;

    [ThreadStatic]
    private static int _eventsSeen;

    private static bool _isStarted;

    private ThreadPoolEscapeDetector()
    {
    }

    /// <summary>
    /// Starts listening, for the lifetime of the process. The thread pool checks for listeners only occasionally, so this waits until it has.
    /// </summary>
    public static void Start()
    {
        if (Volatile.Read(ref _isStarted))
        {
            return;
        }

        _ = Listener.Value;
        _eventsSeen = 0;
        for (int probe = 0; probe < MaxStartAttempts && _eventsSeen == 0; probe++)
        {
            using var ran = new ManualResetEventSlim();
            ThreadPool.UnsafeQueueUserWorkItem(static ran => Set(ran), ran, preferLocal: false);
            ran.Wait(StartAttemptTimeout);
        }

        // If platform events are disabled, code on other threads is still detected when it uses the clock.
        Volatile.Write(ref _isStarted, true);

        static void Set(ManualResetEventSlim ran)
        {
            try
            {
                ran.Set();
            }
            catch (ObjectDisposedException)
            {
                // The pool was busy for longer than the timeout.
            }
        }
    }

    /// <summary>Monitors the calling thread until the result is disposed.</summary>
    public static WatchScope Watch(VirtualThread thread)
    {
        _running = thread;
        return default;
    }

    /// <summary>Describes the code that uses the clock of a run from another thread.</summary>
    public static string DescribeWrongThread()
    {
        var stack = new StackTrace(fNeedFileInfo: false);
        return $"{FindCaller(stack, out _)} uses the clock of the run on another thread. Possible causes are a response that was not disposed and a "
            + "separate thread."
            + FormatStack(stack);
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == PoolEvents)
        {
            EnableEvents(eventSource, EventLevel.Verbose, ThreadPoolKeyword);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        _eventsSeen++;
        if (_running is not { } thread)
        {
            return;
        }

        var stack = new StackTrace(fNeedFileInfo: false);
        if (IsHarmless(stack))
        {
            return;
        }

        if (IsCancelledDelay(stack))
        {
            thread.OnEscape(
                "A Task.Delay was cancelled, and the platform continues its awaiter on the thread pool. Await something else with a token, or let the "
                + "delay elapse."
                + FormatStack(stack));
            return;
        }

        string caller = FindCaller(stack, out string? callee);
        string how = callee is null ? "" : $" by {callee}";
        thread.OnEscape($"{caller} queues work to the thread pool{how}, where it would run at an unpredictable time.{FormatStack(stack)}");
    }

    private static IEnumerable<MethodBase> Frames(StackTrace stack) =>
        stack.GetFrames()
            .Select(MethodOf)
            .OfType<MethodBase>()
            .Where(static method => method.DeclaringType is { } type && !IsInfrastructure(Outermost(type)));

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Names for a message; trimmed methods are omitted.")]
    private static MethodBase? MethodOf(StackFrame frame) => frame.GetMethod();

    /// <summary>The container compiles service factories in the background on their second use. The run does not depend on it.</summary>
    private static bool IsHarmless(StackTrace stack)
    {
        MethodBase? first = Frames(stack).FirstOrDefault(static method => method.DeclaringType!.Namespace != "System.Threading");
        return first?.DeclaringType!.Namespace == "Microsoft.Extensions.DependencyInjection.ServiceLookup";
    }

    private static bool IsCancelledDelay(StackTrace stack) =>
        Frames(stack).Any(static method => method.DeclaringType!.FullName?.Contains("+DelayPromiseWithCancellation", StringComparison.Ordinal) == true);

    private static bool IsInfrastructure(Type type) =>
        type == typeof(ThreadPoolEscapeDetector) || type == typeof(VirtualClock) || type == typeof(VirtualThread) || type == typeof(VirtualTimer)
        || type.Namespace == "System.Diagnostics.Tracing"
        || type.Name is "FrameworkEventSource" or "ThreadPoolWorkQueue" or "AsyncMethodBuilderCore";

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static bool IsPlatform(MethodBase method) =>
        method.DeclaringType!.Namespace is { } space
        && (space == "System" || space.StartsWith("System.", StringComparison.Ordinal) || space.StartsWith("Microsoft.", StringComparison.Ordinal))
        && !IsOurs(method);

    /// <summary>This library has extension methods in platform namespaces.</summary>
    private static bool IsOurs(MethodBase method) =>
        method.DeclaringType!.Assembly.GetName().Name?.StartsWith("LoadBalancing.", StringComparison.Ordinal) == true;

    private static string FindCaller(StackTrace stack, out string? callee)
    {
        callee = null;
        foreach (MethodBase method in Frames(stack))
        {
            if (!IsPlatform(method))
            {
                return MethodNames.Describe(method);
            }

            callee = method.DeclaringType!.Name.StartsWith("Async", StringComparison.Ordinal)
                && method.DeclaringType.Namespace == "System.Runtime.CompilerServices"
                ? "an await that does not continue on the current thread, such as that of Task.Yield"
                : MethodNames.Describe(method);
        }

        string platform = callee ?? "Unknown code";
        callee = null;
        return platform;
    }

    private static string FormatStack(StackTrace stack) =>
        string.Concat(Frames(stack).Take(MaxFrames).Select(static method =>
            $"{Environment.NewLine}   at {(method.DeclaringType!.Namespace is { } space ? $"{space}." : "")}{MethodNames.Describe(method)}"));

    /// <summary>Ends the monitoring of the thread.</summary>
    public readonly struct WatchScope : IDisposable
    {
        public void Dispose() => _running = null;
    }
}
