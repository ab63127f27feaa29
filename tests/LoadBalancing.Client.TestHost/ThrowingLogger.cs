using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.TestHost;

/// <summary>A log sink that throws at one event, every time.</summary>
internal sealed class ThrowingLogger(string eventName) : ILogger, ILoggerProvider
{
    private readonly TaskCompletionSource _thrown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it has thrown.</summary>
    public Task Thrown => _thrown.Task;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name == eventName)
        {
            _thrown.TrySetResult();
            throw new InvalidOperationException($"The sink is full at {eventName}.");
        }
    }

    public void Dispose()
    {
    }
}
