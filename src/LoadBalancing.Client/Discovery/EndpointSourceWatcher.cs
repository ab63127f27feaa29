using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>Keeps one source watched for one service: an error never ends the watch, it only delays it.</summary>
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

    /// <summary>Begins to watch. What the source does before its first wait happens on the calling thread.</summary>
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
        TimeSpan pause = MinBackoff;
        while (true)
        {
            try
            {
                await foreach (IReadOnlyList<EndpointDescription> list in _source.WatchAsync(_service, cancellationToken).ConfigureAwait(false))
                {
                    pause = MinBackoff;
                    _update(_source.Name, list);
                }

                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A source is somebody else's code, and a watch that dies is a service that never learns of its endpoints again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                LogSourceFailed(_logger, _source.Name, _service, pause, exception);
            }

            try
            {
                // Half of the pause is left to chance, so that a fleet does not come back to a registry in step.
                await Task.Delay((pause / 2) + _random.NextBelow(pause / 2), _timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < MaxBackoff ? pause * 2 : MaxBackoff;
        }
    }

    [LoggerMessage(LogEvents.SourceFailed, LogLevel.Warning, "Endpoint source '{Source}' failed for service '{Service}'; its last list stays in force, and it is watched again after at most {Pause}.", EventName = nameof(LogEvents.SourceFailed))]
    private static partial void LogSourceFailed(ILogger logger, string source, string service, TimeSpan pause, Exception exception);
}
