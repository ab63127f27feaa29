using LoadBalancing.Client;

namespace CustomStrategy;

// begin-snippet: custom-strategy
/// <summary>Fills one endpoint after the other, in the order of the options, so that idle servers that are billed by the hour can be switched off.</summary>
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
