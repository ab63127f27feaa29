namespace LoadBalancing.Client;

/// <summary>Faults that are being injected into a running service. Dispose it to end them.</summary>
public interface IInjectedFault : IDisposable
{
    /// <summary>How many delays and aborts have been injected so far.</summary>
    long InjectedCount { get; }
}
