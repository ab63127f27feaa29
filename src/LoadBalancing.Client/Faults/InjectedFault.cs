namespace LoadBalancing.Client;

/// <summary>A fault added to a running service, and the action that ends it.</summary>
internal sealed class InjectedFault : IInjectedFault
{
    private readonly Action<InjectedFault> _onDispose;
    private long _injected;

    public InjectedFault(FaultSettings settings, Func<HttpRequestMessage, bool>? appliesTo, Action<InjectedFault> onDispose)
    {
        Settings = settings;
        AppliesTo = appliesTo;
        _onDispose = onDispose;
    }

    public FaultSettings Settings { get; }

    public Func<HttpRequestMessage, bool>? AppliesTo { get; }

    public long InjectedCount => Interlocked.Read(ref _injected);

    public void OnInjected() => Interlocked.Increment(ref _injected);

    public void Dispose() => _onDispose(this);
}
