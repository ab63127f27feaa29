namespace LoadBalancing.Client;

/// <summary>
/// One draw. Only if the drawn endpoint is not admitted are the others examined; their shares relative to each other remain those of their weights.
/// </summary>
internal sealed class RandomPicker : IEndpointPicker
{
    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;
    private readonly AliasTable? _table;
    private readonly RandomSource _random;
    private readonly AllAvailable _allAvailable;

    public RandomPicker(EndpointLevel level, RandomSource random)
    {
        _endpoints = [.. level.Endpoints];
        _weights = [.. level.Weights];
        _table = level.HasEqualWeights ? null : new AliasTable(level.Weights);
        _random = random;
        _allAvailable = AllAvailable.Capture(_endpoints);
    }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        ulong number = _random.NextUInt64();
        UpstreamEndpoint endpoint = _endpoints[_table is null ? (int)Math.BigMul(number, (ulong)_endpoints.Length, out _) : _table.Draw(number)];
        return (_allAvailable.Holds && context.HasNoExclusions) || context.Admits(endpoint) ? endpoint : PickAmongAdmitted(context);
    }

    private UpstreamEndpoint? PickAmongAdmitted(in PickContext context)
    {
        var reservoir = default(Reservoir);
        for (int i = 0; i < _endpoints.Length; i++)
        {
            if (context.Admits(_endpoints[i]))
            {
                reservoir.Offer(_endpoints[i], _weights[i], _random);
            }
        }

        return reservoir.Drawn;
    }
}
