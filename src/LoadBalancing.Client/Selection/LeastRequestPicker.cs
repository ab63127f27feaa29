using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>
/// The power of two choices: nearly all that comparing everybody gains, at a cost that does not grow. The choices are different ones, every set of them as likely as any other, and among equals the first drawn
/// stays, so that without load this is an even random choice.
/// </summary>
/// <remarks>Envoy draws with replacement, so that with few endpoints many picks compare one with itself.</remarks>
internal sealed class LeastRequestPicker : IEndpointPicker
{
    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;
    private readonly int _choices;
    private readonly RandomSource _random;

    public LeastRequestPicker(EndpointLevel level, int choices, RandomSource random)
    {
        _endpoints = [.. level.Endpoints];
        _weights = [.. level.Weights];
        _choices = Math.Min(choices, _endpoints.Length);
        _random = random;
    }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        UpstreamEndpoint[] endpoints = _endpoints;

        // One number is enough for two indices: what the first leaves of it is even to within (endpoints squared / 2^64).
        int first = (int)Math.BigMul(_random.NextUInt64(), (ulong)endpoints.Length, out ulong left);
        int second = (int)Math.BigMul(left, (ulong)endpoints.Length - 1, out _);
        second += second >= first ? 1 : 0;
        UpstreamEndpoint? best = null;
        int fewest = int.MaxValue;
        Consider(endpoints[first], context, ref best, ref fewest);
        Consider(endpoints[second], context, ref best, ref fewest);
        if (_choices > 2)
        {
            ConsiderMore(first, second, context, ref best, ref fewest);
        }

        return best ?? FewestInFlight.Find(endpoints, _weights, context, _random);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
        Span<int> drawn = stackalloc int[LeastRequestStrategy.MostChoices];
        drawn[0] = Math.Min(first, second);
        drawn[1] = Math.Max(first, second);
        for (int count = 2; count < _choices; count++)
        {
            Consider(_endpoints[Distinct.Add(drawn, count, dice.Next(_endpoints.Length - count))], context, ref best, ref fewest);
        }
    }
}
