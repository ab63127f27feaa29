namespace LoadBalancing.Client;

/// <summary>
/// The power of two choices for unequal weights. All choices are drawn by weight, and a later one takes the attempt over only if with it it would be no fuller for its weight than the best so far is without it:
/// without load the shares are exactly the weights, and under load what is in flight comes to stand in their proportion. With equal weights this is the rule of <see cref="LeastRequestPicker"/>.
/// </summary>
internal sealed class WeightedLeastRequestPicker : IEndpointPicker
{
    /// <summary>After so many draws of an endpoint that is among the choices already, one of the others is as good as any: one weight outweighs the rest by far.</summary>
    private const int MostRedraws = 4;

    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;
    private readonly AliasTable _table;
    private readonly int _choices;
    private readonly double _bias;
    private readonly RandomSource _random;

    public WeightedLeastRequestPicker(EndpointLevel level, int choices, double bias, RandomSource random)
    {
        _endpoints = [.. level.Endpoints];
        _weights = [.. level.Weights];
        _table = new AliasTable(level.Weights);
        _choices = Math.Min(choices, _endpoints.Length);
        _bias = bias;
        _random = random;
    }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        Span<int> drawn = stackalloc int[LeastRequestStrategy.MostChoices];
        var dice = new Dice(_random);
        int best = -1;
        for (int count = 0; count < _choices; count++)
        {
            int choice = Draw(drawn, count, ref dice);
            if (context.Admits(_endpoints[choice]) && (best < 0 || Fullness(choice, plus: 1) <= Fullness(best, plus: 0)))
            {
                best = choice;
            }
        }

        return best >= 0 ? _endpoints[best] : FewestInFlight.Find(_endpoints, _weights, context, _random);
    }

    private double Fullness(int index, int plus)
    {
        double inFlight = Math.Max(0, _endpoints[index].InFlight) + plus;
        return (_bias == 1 ? inFlight : Math.Pow(inFlight, _bias)) / _weights[index];
    }

    private int Draw(Span<int> drawn, int count, ref Dice dice)
    {
        for (int redraw = 0; redraw < MostRedraws; redraw++)
        {
            int choice = dice.Next(_table);
            if (drawn[..count].BinarySearch(choice) is < 0 and int place)
            {
                return Distinct.Add(drawn, count, choice - ~place);
            }
        }

        return Distinct.Add(drawn, count, dice.Next(_endpoints.Length - count));
    }
}
