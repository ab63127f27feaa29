using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client;

/// <summary>
/// Watches one source for one service. The source is foreign code: it runs where a timer of the clock fires, on the thread pool, without the contexts of the
/// call that started the service; and an error never ends the watch, it only delays it.
/// </summary>
internal sealed partial class EndpointSourceWatcher : IDisposable
{
    private static readonly TimeSpan MinBackoff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _stopping;
    private readonly string _service;
    private readonly IEndpointSource _source;
    private readonly EndpointSourceStates _states;
    private readonly Action<string, IReadOnlyList<EndpointDescription>> _update;
    private readonly RandomSource _random;
    private readonly BackgroundGuard _guard;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private TimeSpan _backoff = MinBackoff;

    /// <param name="service">The service.</param>
    /// <param name="source">The source.</param>
    /// <param name="states">Receives what the source does.</param>
    /// <param name="update">Applies an update.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="random">The randomness of the backoff.</param>
    /// <param name="guard">Counts failures that could not be reported.</param>
    /// <param name="logger">The logger.</param>
    public EndpointSourceWatcher(
        string service,
        IEndpointSource source,
        EndpointSourceStates states,
        Action<string, IReadOnlyList<EndpointDescription>> update,
        TimeProvider timeProvider,
        RandomSource random,
        BackgroundGuard guard,
        ILogger logger)
    {
        _stopping = _stop.Token;
        _service = service;
        _source = source;
        _states = states;
        _update = update;
        _random = random;
        _guard = guard;
        _logger = logger;
        Name = NameOf(source);
        using (ExecutionContext.SuppressFlow())
        {
            _timer = timeProvider.CreateTimer(static self => ((EndpointSourceWatcher)self!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The name of the source; its type if it has none.</summary>
    public string Name { get; }

    /// <summary>The name of a source, read once; its type if it has none.</summary>
    public static string NameOf(IEndpointSource source)
    {
        try
        {
            if (source.Name is { Length: > 0 } name)
            {
                return name;
            }
        }
#pragma warning disable CA1031 // A source without a usable name is still a source.
        catch
#pragma warning restore CA1031
        {
        }

        return source.GetType().Name;
    }

    /// <summary>Starts the watch; the source runs later, on another thread.</summary>
    public void Start() => _timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _guard.Cancel(_stop);
        _timer.Dispose();
    }

    /// <summary>The clock of a test may fire its timers on a thread that has a context, which the awaits of the source would capture.</summary>
    private void Run()
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _ = RunAsync();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (IReadOnlyList<EndpointDescription> endpoints in _source.WatchAsync(_service, _stopping).ConfigureAwait(false))
            {
                if (_stopping.IsCancellationRequested)
                {
                    return;
                }

                _backoff = MinBackoff;
                _update(Name, endpoints);
            }

            _states.OnCompleted(Name);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // A source is foreign code, and without a watch the service would keep outdated endpoints.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Restart(exception);
        }
    }

    /// <summary>Half of the delay is random, so that a fleet does not return to a registry in step.</summary>
    private void Restart(Exception exception)
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        TimeSpan delay = _backoff;
        _backoff = delay * 2 < MaxBackoff ? delay * 2 : MaxBackoff;
        _states.OnFailed(Name, exception);
        _guard.Run(BackgroundWork.Source, () => LogSourceFailed(_logger, Name, _service, delay, exception));
        TimeSpan jitter = TimeSpan.Zero;
        _guard.Run(BackgroundWork.Source, () => jitter = _random.NextBelow(delay / 2));
        _timer.Change((delay / 2) + jitter, Timeout.InfiniteTimeSpan);
    }

    [LoggerMessage(
        LogEvents.SourceFailed,
        LogLevel.Warning,
        "Endpoint source '{Source}' failed for service '{Service}'; its last update stays in force, and the watch restarts after at most {Delay}.",
        EventName = nameof(LogEvents.SourceFailed))]
    private static partial void LogSourceFailed(ILogger logger, string source, string service, TimeSpan delay, Exception exception);
}
