using System.Globalization;

namespace LoadBalancing.Client;

/// <summary>
/// Probes one endpoint repeatedly. Nothing can end the loop: a probe that throws has failed, a probe that hangs is abandoned, and what follows from its
/// result is guarded; no second probe runs concurrently.
/// </summary>
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

    /// <summary>Whether the prober was disposed. The result of a probe that completes later is ignored.</summary>
    public bool IsStopped => _stop.IsCancellationRequested;

    public void Schedule(TimeSpan delay) => _timer.Change(delay, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _owner.Guard.Cancel(_stop);
        _timer.Dispose();
    }

    /// <summary>A probe that is in flight when the checker resumes is recent enough, so no second probe runs concurrently.</summary>
    private void Start()
    {
        if (Interlocked.Exchange(ref _running, 1) == 0)
        {
            _ = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            ProbeResult result = await ProbeAsync().ConfigureAwait(false);
            Volatile.Write(ref _running, 0);
            _owner.RecordResult(this, result);
        }
#pragma warning disable CA1031 // There is no caller, and the next probe must be sent.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Volatile.Write(ref _running, 0);
            _owner.Guard.OnFailed(BackgroundWork.HealthCheck, exception);
            Schedule(_owner.Settings.Interval);
        }
    }

    private async ValueTask<ProbeResult> ProbeAsync()
    {
        if (_timedOutProbe is { IsCompleted: false })
        {
            return ProbeResult.Unhealthy("the previous probe still hangs");
        }

        // Not the timer of a token source: a callback of the probe that throws would end the process.
        using var source = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        CancellationToken token = source.Token;
        using ITimer timeout = _owner.TimeProvider.CreateTimer(
            source => _owner.Guard.Cancel((CancellationTokenSource)source!),
            source,
            _owner.Settings.Timeout,
            Timeout.InfiniteTimeSpan);
        Task<ProbeResult> running = _owner.RunProbe(async () => await _owner.Probe.ProbeAsync(Endpoint, token).ConfigureAwait(false));
        try
        {
            return await running.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            _timedOutProbe = running;
            _ = running.ContinueWith(
                static task => _ = task.Exception,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            return ProbeResult.Unhealthy(string.Create(CultureInfo.InvariantCulture, $"no result within {_owner.Settings.Timeout.TotalSeconds:0.###} s"));
        }
#pragma warning disable CA1031 // A probe is foreign code; whatever it throws, the next probe is sent.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return ProbeResult.Unhealthy(exception.Message is { Length: > 0 } message ? message : exception.GetType().Name);
        }
    }
}
