using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>
/// A logger whose exceptions end here. Sinks, filters and the formatting of values are foreign code, and log messages are written in the middle of work
/// that must be finished. All loggers of the library are guarded.
/// </summary>
internal sealed class GuardedLogger : ILogger
{
    private readonly ILogger _logger;
    private readonly Action? _onException;

    /// <param name="logger">The logger.</param>
    /// <param name="onException">Called for each exception; must not throw. Null: no callback.</param>
    public GuardedLogger(ILogger logger, Action? onException = null)
    {
        _logger = logger;
        _onException = onException;
    }

#pragma warning disable CA1031 // See above.
    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return _logger.IsEnabled(logLevel);
        }
        catch
        {
            _onException?.Invoke();
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            _logger.Log(logLevel, eventId, state, exception, formatter);
        }
        catch
        {
            _onException?.Invoke();
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return _logger.BeginScope(state);
        }
        catch
        {
            _onException?.Invoke();
            return null;
        }
    }
#pragma warning restore CA1031
}
