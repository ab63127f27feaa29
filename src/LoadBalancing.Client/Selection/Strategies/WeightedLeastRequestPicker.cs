namespace LoadBalancing.Client;

/// <summary>
/// The power of two choices for unequal weights. All choices are drawn by weight, and a later one wins only if with the new attempt it would be no fuller for
/// its weight than the best so far is without it:
/// without load the shares are exactly the weights, and under load the attempts in flight approach their proportion. With equal weights this is the rule of
/// <see cref="LeastRequestPicker"/>.
/// </summary>
internal sealed class WeightedLeastRequestPicker : IEndpointPicker
{
    /// <summary>After this many draws of endpoints already chosen any other is acceptable: one weight outweighs the rest by far.</summary>
    private const int MaxRedraws = 4;

    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;
    private readonly double[] _perWeight;
    private readonly AliasTable _table;
    private readonly int _choices;
    private readonly double _bias;
    private readonly RandomSource _random;

    public WeightedLeastRequestPicker(EndpointLevel level, int choices, double bias, RandomSource random)
    {
        _endpoints = [.. level.Endpoints];
        _weights = [.. level.Weights];
        _perWeight = Array.ConvertAll(_weights, static weight => 1 / weight);
        _table = new AliasTable(level.Weights);
        _choices = Math.Min(choices, _endpoints.Length);
        _bias = bias;
        _random = random;
    }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        int first = _table.Draw(_random.NextUInt64());
        int second = DrawAnother(first);
        int best = context.Admits(_endpoints[first]) ? first : -1;
        Consider(second, context, ref best);
        if (_choices > 2)
        {
            ConsiderMore(first, second, context, ref best);
        }

        return best >= 0 ? _endpoints[best] : FewestInFlight.Find(_endpoints, _weights, context, _random);
    }

    private void Consider(int choice, in PickContext context, ref int best)
    {
        if (context.Admits(_endpoints[choice]) && (best < 0 || Fullness(choice, plus: 1) <= Fullness(best, plus: 0)))
        {
            best = choice;
        }
    }

    private double Fullness(int index, int plus)
    {
        double inFlight = Math.Max(0, _endpoints[index].InFlight) + plus;
        return (_bias == 1 ? inFlight : Math.Pow(inFlight, _bias)) * _perWeight[index];
    }

    private int DrawAnother(int first)
    {
        for (int redraw = 0; redraw < MaxRedraws; redraw++)
        {
            int choice = _table.Draw(_random.NextUInt64());
            if (choice != first)
            {
                return choice;
            }
        }

        int other = (int)Math.BigMul(_random.NextUInt64(), (ulong)_endpoints.Length - 1, out _);
        return other >= first ? other + 1 : other;
    }

    private void ConsiderMore(int first, int second, in PickContext context, ref int best)
    {
        Span<int> drawn = stackalloc int[LeastRequestStrategy.MaxChoiceCount];
        drawn[0] = Math.Min(first, second);
        drawn[1] = Math.Max(first, second);
        var dice = new Dice(_random);
        for (int count = 2; count < _choices; count++)
        {
            Consider(Draw(drawn, count, ref dice), context, ref best);
        }
    }

    private int Draw(Span<int> drawn, int count, ref Dice dice)
    {
        for (int redraw = 0; redraw < MaxRedraws; redraw++)
        {
            int choice = _table.Draw(_random.NextUInt64());
            if (drawn[..count].BinarySearch(choice) is < 0 and int position)
            {
                return DistinctDraws.InsertDraw(drawn, count, choice - ~position);
            }
        }

        return DistinctDraws.InsertDraw(drawn, count, dice.Next(_endpoints.Length - count));
    }
}
