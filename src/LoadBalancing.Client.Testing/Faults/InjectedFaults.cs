namespace LoadBalancing.Client;

/// <summary>The faults of one test. Dispose it to end them.</summary>
public sealed class InjectedFaults : IDisposable
{
    private readonly IInjectedFault _fault;

    internal InjectedFaults(IInjectedFault fault, string token)
    {
        _fault = fault;
        Token = token;
    }

    /// <summary>How many delays and aborts were injected so far: a test that is about them should see that there were any.</summary>
    public long InjectedCount => _fault.InjectedCount;

    /// <summary>What brings other flows under faults of <see cref="FaultRules.OnlyInCurrentFlow"/>; see <see cref="FaultFlow.Enter"/>.</summary>
    public string Token { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _fault.Dispose();
        FaultFlow.Remove(Token);
    }
}
