namespace LoadBalancing.Client.TestHost;

/// <summary>Picks the first endpoint. Creating a picker throws at the calls with the given numbers, from 1.</summary>
internal sealed class ThrowingStrategy(params int[] throwsAt) : ILoadBalancingStrategy
{
    private int _calls;

    public string Name => "throwing";

    public int Calls => Volatile.Read(ref _calls);

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous) =>
        throwsAt.Contains(Interlocked.Increment(ref _calls)) ? throw new InvalidOperationException("The table is full.") : new First(level.Endpoints);

    private sealed class First(IReadOnlyList<UpstreamEndpoint> endpoints) : IEndpointPicker
    {
        public UpstreamEndpoint? Pick(in PickContext context) => endpoints.FirstOrDefault(static endpoint => endpoint.IsAvailable);
    }
}
