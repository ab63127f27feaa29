using LoadBalancing.Client;

namespace CustomStrategy;

// begin-snippet: custom-strategy
/// <summary>Fills one endpoint after the other, in the order described: what is paid for by the hour can be switched off when it stays empty.</summary>
public sealed class FillUp : ILoadBalancingStrategy
{
    private const int Full = 4;

    public string Name => "FillUp";

    public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous) => new Picker([.. level.Endpoints]);

    private sealed class Picker(UpstreamEndpoint[] endpoints) : IEndpointPicker
    {
        public UpstreamEndpoint? Pick(in PickContext context)
        {
            UpstreamEndpoint? last = null;
            foreach (UpstreamEndpoint endpoint in endpoints)
            {
                if (context.Admits(endpoint))
                {
                    last = endpoint;
                    if (endpoint.InFlight < Full)
                    {
                        break;
                    }
                }
            }

            return last;
        }
    }
}

// end-snippet
