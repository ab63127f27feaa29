namespace LoadBalancing.Client;

/// <summary>Compares all endpoints at every pick. No order is maintained between picks, so starting or ending an attempt takes no lock.</summary>
internal sealed class LeastConnectionsPicker : IEndpointPicker
{
    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;
    private readonly RandomSource _random;

    public LeastConnectionsPicker(EndpointLevel level, RandomSource random)
    {
        _endpoints = [.. level.Endpoints];
        _weights = [.. level.Weights];
        _random = random;
    }

    public UpstreamEndpoint? Pick(in PickContext context) => FewestInFlight.Find(_endpoints, _weights, context, _random);
}
