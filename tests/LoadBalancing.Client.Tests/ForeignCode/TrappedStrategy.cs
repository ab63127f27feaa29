namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>A strategy of an application: round robin, which may be asked for hashes and then ignores them.</summary>
internal sealed class TrappedStrategy(Trap trap) : ILoadBalancingStrategy
{
    public const string StrategyName = "trapped";

    public string Name
    {
        get
        {
            trap.Enter(ForeignCodeKind.Strategy);
            return StrategyName;
        }
    }

    public bool UsesHash => true;

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous)
    {
        trap.Enter(ForeignCodeKind.Strategy);
        return new Picker(trap, level.Endpoints);
    }

    private sealed class Picker(Trap trap, IReadOnlyList<UpstreamEndpoint> endpoints) : IEndpointPicker
    {
        private int _next = -1;

        public UpstreamEndpoint? Pick(in PickContext context)
        {
            trap.Enter(ForeignCodeKind.Picker);
            for (int i = 0; i < endpoints.Count; i++)
            {
                UpstreamEndpoint endpoint = endpoints[(int)((uint)Interlocked.Increment(ref _next) % (uint)endpoints.Count)];
                if (context.Admits(endpoint))
                {
                    return endpoint;
                }
            }

            return null;
        }
    }
}
