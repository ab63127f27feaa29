using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>Checks one endpoint again and again. Nothing that a probe does ends it: one that throws has failed, and one that hangs is left behind, with no second one beside it.</summary>
internal sealed class EndpointProber : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HealthChecker _owner;
    private readonly ITimer _timer;
    private Task<ProbeResult>? _timedOutProbe;
    private int _running;

    public EndpointProber(HealthChecker owner, UpstreamEndpoint endpoint)
    {
        _owner = owner;
        Endpoint = endpoint;
        State = new HealthTracker(owner.Settings);
        using (ExecutionContext.SuppressFlow())
        {
            _timer = owner.TimeProvider.CreateTimer(static self => ((EndpointProber)self!).Start(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public UpstreamEndpoint Endpoint { get; }

    public HealthTracker State { get; }

    /// <summary>Whether it was ended. What a check finds after that is nobody's business.</summary>
    public bool IsStopped => _stop.IsCancellationRequested;

    public void Schedule(TimeSpan delay) => _timer.Change(delay, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _stop.Cancel();
        _timer.Dispose();
    }

    /// <summary>One that is under way when the checker is woken is recent enough, and there is no second one beside it.</summary>
    private void Start()
    {
        if (Interlocked.Exchange(ref _running, 1) == 0)
        {
            _ = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        ProbeResult result = await ProbeAsync().ConfigureAwait(false);
        Volatile.Write(ref _running, 0);
        _owner.RecordResult(this, result);
    }

    private async ValueTask<ProbeResult> ProbeAsync()
    {
        if (_timedOutProbe is { IsCompleted: false })
        {
            return ProbeResult.Unhealthy("the last check still hangs");
        }

        using var time = new CancellationTokenSource(_owner.Settings.Timeout, _owner.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, _stop.Token);
        CancellationToken token = either.Token;
        Task<ProbeResult> running = _owner.RunProbe(async () => await _owner.Probe.ProbeAsync(Endpoint, token).ConfigureAwait(false));
        try
        {
            return await running.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            _timedOutProbe = running;
            _ = running.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return ProbeResult.Unhealthy(string.Create(CultureInfo.InvariantCulture, $"no result within {_owner.Settings.Timeout.TotalSeconds:0.###} s"));
        }
#pragma warning disable CA1031 // A probe is somebody else's code; whatever it throws, the next one is made.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return ProbeResult.Unhealthy(exception.Message is { Length: > 0 } message ? message : exception.GetType().Name);
        }
    }
}
