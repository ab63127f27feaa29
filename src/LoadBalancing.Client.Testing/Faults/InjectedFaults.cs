namespace LoadBalancing.Client;

/// <summary>The faults of one test. Dispose it to remove them.</summary>
public sealed class InjectedFaults : IDisposable
{
    private readonly IInjectedFault _fault;

    internal InjectedFaults(IInjectedFault fault, string token)
    {
        _fault = fault;
        Token = token;
    }

    /// <summary>The number of delays and aborts injected so far. Assert on it, so that a test without any fails.</summary>
    public long InjectedCount => _fault.InjectedCount;

    /// <summary>The token with which other flows enter faults of <see cref="FaultRules.OnlyInCurrentFlow"/>; see <see cref="FaultFlow.Enter"/>.</summary>
    public string Token { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _fault.Dispose();
        FaultFlow.Remove(Token);
    }
}
