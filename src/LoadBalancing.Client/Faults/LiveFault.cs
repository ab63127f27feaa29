namespace LoadBalancing.Client;

/// <summary>One fault that was added to a running service, and what ends it.</summary>
internal sealed class LiveFault : IInjectedFault
{
    private readonly Action<LiveFault> _end;
    private long _injected;

    public LiveFault(FaultSettings settings, Func<HttpRequestMessage, bool>? appliesTo, Action<LiveFault> end)
    {
        Settings = settings;
        AppliesTo = appliesTo;
        _end = end;
    }

    public FaultSettings Settings { get; }

    public Func<HttpRequestMessage, bool>? AppliesTo { get; }

    public long Injected => Interlocked.Read(ref _injected);

    public void Count() => Interlocked.Increment(ref _injected);

    public void Dispose() => _end(this);
}
