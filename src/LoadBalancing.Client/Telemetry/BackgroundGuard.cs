using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>
/// Runs work that has no caller: on timers, on the thread pool, and in callbacks. Whatever it throws is counted, and logged once until the same kind of work
/// has succeeded again; an exception that left a timer would end the process. Thread-safe.
/// </summary>
internal sealed partial class BackgroundGuard
{
    private readonly string _service;
    private readonly ClusterMetrics _metrics;
    private readonly ILogger _logger;

    /// <summary>A bit for each <see cref="BackgroundWork"/> whose last run failed.</summary>
    private int _failing;

    /// <param name="service">The service or cluster, for messages.</param>
    /// <param name="metrics">Its metrics.</param>
    /// <param name="logger">Its logger.</param>
    public BackgroundGuard(string service, ClusterMetrics metrics, ILogger logger)
    {
        _service = service;
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>Runs one piece of work.</summary>
    /// <returns>The exception that it threw; null when it succeeded.</returns>
    public Exception? Run(BackgroundWork work, Action action)
    {
        try
        {
            action();
            OnSucceeded(work);
            return null;
        }
#pragma warning disable CA1031 // Whatever foreign code throws here has no caller to reach.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            OnFailed(work, exception);
            return exception;
        }
    }

    /// <summary>Cancels a source whose token foreign code has. All its callbacks run, whatever some of them throw.</summary>
    public void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // What the token was for has just ended.
        }
#pragma warning disable CA1031 // Callbacks are foreign code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            OnFailed(BackgroundWork.Cancellation, exception);
        }
    }

    /// <summary>Records that work succeeded.</summary>
    public void OnSucceeded(BackgroundWork work)
    {
        if ((Volatile.Read(ref _failing) & BitOf(work)) != 0)
        {
            Interlocked.And(ref _failing, ~BitOf(work));
        }
    }

    /// <summary>Records that work failed. Does not throw: counting and logging are foreign code too.</summary>
    public void OnFailed(BackgroundWork work, Exception exception)
    {
        bool isFirst = (Interlocked.Or(ref _failing, BitOf(work)) & BitOf(work)) == 0;
        TryRun(() => _metrics.OnBackgroundFailure(NameOf(work)));
        if (isFirst)
        {
            TryRun(() => LogFailed(_logger, NameOf(work), _service, exception));
        }
    }

    private static void TryRun(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // There is nothing left to report to.
        catch
#pragma warning restore CA1031
        {
        }
    }

    private static int BitOf(BackgroundWork work) => 1 << (int)work;

    /// <summary>The name in metrics and logs. Dashboards depend on it, so it does not follow renames of the enum members.</summary>
    private static string NameOf(BackgroundWork work) => work switch
    {
        BackgroundWork.Publish => "publish",
        BackgroundWork.Report => "report",
        BackgroundWork.Sweep => "sweep",
        BackgroundWork.HealthCheck => "health_check",
        BackgroundWork.Source => "source",
        BackgroundWork.Reload => "reload",
        BackgroundWork.Cancellation => "cancellation",
        _ => throw new ArgumentOutOfRangeException(nameof(work), work, "The work is unknown."),
    };

    [LoggerMessage(
        LogEvents.BackgroundFailed,
        LogLevel.Error,
        "Background work '{Work}' of service '{Service}' threw. The last good state stays in use and other work continues; further exceptions of this work " +
            "are counted by loadbalancing.client.background.failures and not logged until it has succeeded again.",
        EventName = nameof(LogEvents.BackgroundFailed))]
    private static partial void LogFailed(ILogger logger, string work, string service, Exception exception);
}
