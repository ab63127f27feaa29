namespace LoadBalancing.Client;

/// <summary>
/// The power of two choices: nearly all the benefit of comparing all endpoints, in constant time. The choices are different endpoints, all sets equally likely,
/// and ties go to the first drawn,
/// so that without load this is a uniform random choice.
/// </summary>
/// <remarks>Envoy draws with replacement, so that with few endpoints many picks compare an endpoint with itself.</remarks>
internal sealed class LeastRequestPicker : IEndpointPicker
{
    private readonly UpstreamEndpoint[] _endpoints;
    private readonly EndpointLoad[] _loads;
    private readonly double[] _weights;
    private readonly int _choices;
    private readonly RandomSource _random;
    private readonly AllAvailable _allAvailable;

    public LeastRequestPicker(EndpointLevel level, int choices, RandomSource random)
    {
        _endpoints = [.. level.Endpoints];
        _weights = [.. level.Weights];
        _choices = Math.Min(choices, _endpoints.Length);
        _random = random;
        _loads = Array.ConvertAll(_endpoints, static endpoint => endpoint.Load);
        _allAvailable = _choices == 2 ? AllAvailable.Capture(_endpoints) : default;
    }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        // One number is enough for two indices: each half is uniform to within (endpoints / 2^32).
        ulong number = _random.NextUInt64();
        uint count = (uint)_endpoints.Length;
        int first = (int)(((number >> 32) * count) >> 32);
        int second = (int)(((ulong)(uint)number * (count - 1)) >> 32);
        second += Branchless.IsAtLeast(second, first);
        return _allAvailable.Holds && context.HasNoExclusions
            ? _endpoints[Branchless.ChooseLess(first, _loads[first].InFlight, second, _loads[second].InFlight)]
            : PickAdmitted(first, second, context);
    }

    private UpstreamEndpoint? PickAdmitted(int first, int second, in PickContext context)
    {
        UpstreamEndpoint? best = null;
        int fewest = int.MaxValue;
        Consider(_endpoints[first], context, ref best, ref fewest);
        Consider(_endpoints[second], context, ref best, ref fewest);
        if (_choices > 2)
        {
            ConsiderMore(first, second, context, ref best, ref fewest);
        }

        return best ?? FewestInFlight.Find(_endpoints, _weights, context, _random);
    }

    private static void Consider(UpstreamEndpoint endpoint, in PickContext context, ref UpstreamEndpoint? best, ref int fewest)
    {
        int inFlight = endpoint.InFlight;
        if (inFlight < fewest && context.Admits(endpoint))
        {
            best = endpoint;
            fewest = inFlight;
        }
    }

    private void ConsiderMore(int first, int second, in PickContext context, ref UpstreamEndpoint? best, ref int fewest)
    {
        var dice = new Dice(_random);
        Span<int> drawn = stackalloc int[LeastRequestStrategy.MaxChoiceCount];
        drawn[0] = Math.Min(first, second);
        drawn[1] = Math.Max(first, second);
        for (int count = 2; count < _choices; count++)
        {
            Consider(_endpoints[DistinctDraws.InsertDraw(drawn, count, dice.Next(_endpoints.Length - count))], context, ref best, ref fewest);
        }
    }
}
