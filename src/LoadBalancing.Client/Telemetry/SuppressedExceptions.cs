using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>
/// Counts the exceptions of foreign code that only watches or adds to a call, which must not fail for it. The first of each origin is logged. Never
/// throws: a listener that throws is not asked to count its own exceptions a second time, and a logger's exceptions are not logged.
/// </summary>
internal sealed partial class SuppressedExceptions
{
    private readonly ConcurrentDictionary<string, bool> _logged = new(StringComparer.Ordinal);
    private readonly Counter<long> _counter;
    private readonly GuardedLogger? _logger;

    /// <param name="counter">The instrument.</param>
    /// <param name="logger">The logger; null: nothing is logged.</param>
    public SuppressedExceptions(Counter<long> counter, ILogger? logger)
    {
        _counter = counter;
        _logger = logger is null ? null : Guard(logger);
    }

    /// <summary>A logger whose exceptions are counted here. All loggers of the library are guarded.</summary>
    public GuardedLogger Guard(ILogger logger) => new(logger, () => Count(ExceptionOrigins.Logger));

    /// <summary>Counts an exception.</summary>
    /// <param name="origin">One of <see cref="ExceptionOrigins"/>.</param>
    public void Count(string origin)
    {
        try
        {
            _counter.Add(1, new KeyValuePair<string, object?>(MetricTags.Origin, origin));
        }
#pragma warning disable CA1031 // A meter listener is foreign code, and may be the one that has just thrown.
        catch
#pragma warning restore CA1031
        {
        }
    }

    /// <summary>Counts an exception, and logs it if it is the first of its origin.</summary>
    public void Report(string origin, Exception exception)
    {
        Count(origin);
        if (_logger is not null && _logged.TryAdd(origin, true))
        {
            LogExceptionSuppressed(_logger, origin, exception);
        }
    }

    [LoggerMessage(
        LogEvents.ExceptionSuppressed,
        LogLevel.Warning,
        "Code of the application ({Origin}) threw. Requests are not affected; further exceptions of this origin are counted by " +
            "loadbalancing.client.exceptions.suppressed and not logged.",
        EventName = nameof(LogEvents.ExceptionSuppressed))]
    private static partial void LogExceptionSuppressed(ILogger logger, string origin, Exception exception);
}
