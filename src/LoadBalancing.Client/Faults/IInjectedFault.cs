namespace LoadBalancing.Client;

/// <summary>Faults being injected into a running service. Dispose it to end the injection.</summary>
public interface IInjectedFault : IDisposable
{
    /// <summary>The number of delays and aborts injected so far.</summary>
    long InjectedCount { get; }
}
