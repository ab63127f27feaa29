using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>Watches one source for one service: an error never ends the watch, it only delays it.</summary>
internal sealed partial class EndpointSourceWatcher : IDisposable
{
    private static readonly TimeSpan MinBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly string _service;
    private readonly IEndpointSource _source;
    private readonly Action<string, IReadOnlyList<EndpointDescription>> _update;
    private readonly TimeProvider _timeProvider;
    private readonly RandomSource _random;
    private readonly ILogger _logger;

    public EndpointSourceWatcher(
        string service,
        IEndpointSource source,
        Action<string, IReadOnlyList<EndpointDescription>> update,
        TimeProvider timeProvider,
        RandomSource random,
        ILogger logger)
    {
        _service = service;
        _source = source;
        _update = update;
        _timeProvider = timeProvider;
        _random = random;
        _logger = logger;
    }

    /// <summary>Starts the watch. What the source does before its first await runs on the calling thread.</summary>
    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = RunAsync(_stop.Token);
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan delay = MinBackoff;
        while (true)
        {
            try
            {
                await foreach (IReadOnlyList<EndpointDescription> endpoints in _source.WatchAsync(_service, cancellationToken).ConfigureAwait(false))
                {
                    delay = MinBackoff;
                    _update(_source.Name, endpoints);
                }

                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A source is foreign code, and without a watch the service would keep outdated endpoints.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogSourceFailed(_logger, _source.Name, _service, delay, exception);
            }

            try
            {
                // Half of the delay is random, so that a fleet does not return to a registry in step.
                await Task.Delay((delay / 2) + _random.NextBelow(delay / 2), _timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            delay = delay * 2 < MaxBackoff ? delay * 2 : MaxBackoff;
        }
    }

    [LoggerMessage(
        LogEvents.SourceFailed,
        LogLevel.Warning,
        "Endpoint source '{Source}' failed for service '{Service}'; its last update stays in force, and the watch restarts after at most {Delay}.",
        EventName = nameof(LogEvents.SourceFailed))]
    private static partial void LogSourceFailed(ILogger logger, string source, string service, TimeSpan delay, Exception exception);
}
