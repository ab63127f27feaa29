namespace LoadBalancing.Client.TestHost;

/// <summary>Signals the events that scenarios wait for.</summary>
internal sealed class SignalObserver : LoadBalancerObserver
{
    private readonly TaskCompletionSource _ejected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _restored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _healthChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Ejected => _ejected.Task;

    public Task Restored => _restored.Task;

    public Task HealthChanged => _healthChanged.Task;

    public override void OnEjected(EjectionEvent ejection) => _ejected.TrySetResult();

    public override void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset timestamp) => _restored.TrySetResult();

    public override void OnHealthChanged(UpstreamEndpoint endpoint, ProbeResult result, DateTimeOffset timestamp) => _healthChanged.TrySetResult();
}
