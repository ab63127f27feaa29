using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Tracing;
using System.Reflection;

namespace LoadBalancing.Client;

/// <summary>
/// Notices, at the moment it happens and on the thread where it happens, that something is handed to the thread pool: the platform tells its event listeners of every piece of work that is queued, and tells
/// them on the thread that queues it, so that its stack names who does it.
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

    /// <summary>Begins to listen, for as long as the process lives. The pool looks only now and then whether anybody does, so this waits until it has looked.</summary>
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

        // Where the platform's events are switched off, those who come back from elsewhere are still caught when they touch the clock.
        Volatile.Write(ref _isStarted, true);

        static void Set(ManualResetEventSlim ran)
        {
            try
            {
                ran.Set();
            }
            catch (ObjectDisposedException)
            {
                // The pool was busy for longer than the probe waited.
            }
        }
    }

    /// <summary>Watches the calling thread until the result is disposed.</summary>
    public static WatchScope Watch(VirtualThread thread)
    {
        _running = thread;
        return default;
    }

    /// <summary>Says who uses the clock of a run from another thread.</summary>
    public static string DescribeWrongThread()
    {
        var stack = new StackTrace(fNeedFileInfo: false);
        return $"{FindCaller(stack, out _)} uses the clock of the run on another thread. A dropped response or a thread of its own looks like this.{FormatStack(stack)}";
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
            thread.OnEscape($"A Task.Delay was cancelled, and the platform lets what waited for it go on in the thread pool. Wait with a token on something else, or let the delay end.{FormatStack(stack)}");
            return;
        }

        string culprit = FindCaller(stack, out string? callee);
        string how = callee is null ? "" : $" by {callee}";
        thread.OnEscape($"{culprit} hands work to the thread pool{how}, where it would run at some time or other.{FormatStack(stack)}");
    }

    private static IEnumerable<MethodBase> Frames(StackTrace stack) =>
        stack.GetFrames()
            .Select(MethodOf)
            .OfType<MethodBase>()
            .Where(static method => method.DeclaringType is { } type && !IsInfrastructure(Outermost(type)));

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Names for a message; a trimmed method has none and is left out.")]
    private static MethodBase? MethodOf(StackFrame frame) => frame.GetMethod();

    /// <summary>The container compiles, for next time, what it was asked for twice. Nothing that the run does depends on it.</summary>
    private static bool IsHarmless(StackTrace stack) =>
        Frames(stack).FirstOrDefault(static method => method.DeclaringType!.Namespace != "System.Threading")?.DeclaringType!.Namespace == "Microsoft.Extensions.DependencyInjection.ServiceLookup";

    private static bool IsCancelledDelay(StackTrace stack) => Frames(stack).Any(static method => method.DeclaringType!.FullName?.Contains("+DelayPromiseWithCancellation", StringComparison.Ordinal) == true);

    private static bool IsInfrastructure(Type type) =>
        type == typeof(ThreadPoolEscapeDetector) || type == typeof(VirtualClock) || type == typeof(VirtualThread) || type == typeof(VirtualTimer)
        || type.Namespace == "System.Diagnostics.Tracing"
        || type.Name is "FrameworkEventSource" or "ThreadPoolWorkQueue" or "AsyncMethodBuilderCore";

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static bool IsPlatform(MethodBase method) =>
        method.DeclaringType!.Namespace is { } space && (space == "System" || space.StartsWith("System.", StringComparison.Ordinal) || space.StartsWith("Microsoft.", StringComparison.Ordinal))
        && !IsOurs(method);

    /// <summary>Extensions of ours lie in the platform's namespaces.</summary>
    private static bool IsOurs(MethodBase method) => method.DeclaringType!.Assembly.GetName().Name?.StartsWith("LoadBalancing.", StringComparison.Ordinal) == true;

    private static string FindCaller(StackTrace stack, out string? callee)
    {
        callee = null;
        foreach (MethodBase method in Frames(stack))
        {
            if (!IsPlatform(method))
            {
                return MethodNames.Describe(method);
            }

            callee = method.DeclaringType!.Name.StartsWith("Async", StringComparison.Ordinal) && method.DeclaringType.Namespace == "System.Runtime.CompilerServices"
                ? "an await that does not go on where it stands, such as that of Task.Yield"
                : MethodNames.Describe(method);
        }

        string platform = callee ?? "Somebody";
        callee = null;
        return platform;
    }

    private static string FormatStack(StackTrace stack) =>
        string.Concat(Frames(stack).Take(MaxFrames).Select(static method => $"{Environment.NewLine}   at {(method.DeclaringType!.Namespace is { } space ? $"{space}." : "")}{MethodNames.Describe(method)}"));

    /// <summary>Ends the watch of the thread.</summary>
    public readonly struct WatchScope : IDisposable
    {
        public void Dispose() => _running = null;
    }
}
