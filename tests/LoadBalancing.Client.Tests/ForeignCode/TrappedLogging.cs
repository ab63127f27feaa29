using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>A log sink of an application, which accepts every level.</summary>
internal sealed class TrappedLogging(Trap trap) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("LoadBalancing.", StringComparison.Ordinal)
        ? this
        : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        trap.Enter(ForeignCodeKind.Logger);
        return true;
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        trap.Enter(ForeignCodeKind.Logger);
        _ = formatter(state, exception);
    }

    public void Dispose()
    {
    }
}
