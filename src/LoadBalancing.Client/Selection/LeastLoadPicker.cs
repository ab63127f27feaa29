namespace LoadBalancing.Client;

/// <summary>
/// Draws three different endpoints and takes the one with the least cost: max(latency, age of the oldest attempt that waits for its answer) x (in flight + 1) / weight.
/// </summary>
/// <remarks>
/// Latency knows what was, the age what is: of a server that stands still nothing comes back that could be measured. Three choices and not all, so that many clients do not rush at once
/// at the one that happens to be fastest. A latency that nobody confirms fades, so that a server which was slow once is asked again.
/// A newcomer is taken for average and probed: one attempt at a time, then two, then four, until there are samples enough to go by.
/// </remarks>
internal sealed class LeastLoadPicker : IEndpointPicker
{
    private const int EnoughSamples = 5;

    private static readonly long Infinite = BitConverter.DoubleToInt64Bits(double.PositiveInfinity);

    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;

    /// <summary>1 / weight: a division takes longer than the rest of the comparison.</summary>
    private readonly double[] _perWeight;
    private readonly double _secondsPerTick;
    private readonly double _decaysPerTick;
    private readonly double _averageLatency;
    private readonly RandomSource _random;

    /// <param name="level">The endpoints.</param>
    /// <param name="decayTime">The time in which a latency fades by a factor of e.</param>
    /// <param name="clock">Whose timestamps the balancer uses.</param>
    /// <param name="random">Where choices come from.</param>
    public LeastLoadPicker(EndpointLevel level, TimeSpan decayTime, TimeProvider clock, RandomSource random)
    {
        _endpoints = [.. level.Endpoints];
        _weights = [.. level.Weights];
        _perWeight = Array.ConvertAll(_weights, static weight => 1 / weight);
        _secondsPerTick = 1.0 / clock.TimestampFrequency;
        _decaysPerTick = _secondsPerTick / decayTime.TotalSeconds;
        _random = random;
        double[] known = [.. _endpoints.Where(static endpoint => endpoint.Load.Samples > 0).Select(static endpoint => endpoint.Load.Latency).Order()];
        _averageLatency = known.Length == 0 ? 0 : known[known.Length / 2];
    }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        int count = _endpoints.Length;
        var dice = new Dice(_random);
        int first = dice.Next(count);
        int second = first;
        int third = first;
        if (count > 1)
        {
            second = dice.Next(count - 1);
            second += second >= first ? 1 : 0;
            third = second;
        }

        if (count > 2)
        {
            third = dice.Next(count - 2);
            third += third >= Math.Min(first, second) ? 1 : 0;
            third += third >= Math.Max(first, second) ? 1 : 0;
        }

        // All costs before any comparison, and no branch on it: which is less is as good as random, and a processor that guessed wrong would begin the next cost only when the last one is known.
        long firstCost = CostOf(first, context);
        long secondCost = CostOf(second, context);
        long thirdCost = CostOf(third, context);
        int best = secondCost < firstCost ? second : first;
        long least = Math.Min(firstCost, secondCost);
        best = thirdCost < least ? third : best;
        return Math.Min(least, thirdCost) != Infinite ? _endpoints[best] : FewestInFlight.Find(_endpoints, _weights, context, _random);
    }

    /// <returns>The cost as the bits of a number, which have the same order as long as it is not negative; infinite for those that cannot be had, or have their fill.</returns>
    private long CostOf(int index, in PickContext context)
    {
        UpstreamEndpoint endpoint = _endpoints[index];
        return context.Admits(endpoint) ? BitConverter.DoubleToInt64Bits(CostOf(endpoint.Load, context.Now) * _perWeight[index]) : Infinite;
    }

    private double CostOf(EndpointLoad load, long now)
    {
        int inFlight = Math.Max(0, load.InFlight);
        int samples = load.Samples;
        if (samples < EnoughSamples && inFlight >= 1 << samples)
        {
            return double.PositiveInfinity;
        }

        double wait = samples == 0 ? _averageLatency : load.Latency * Decay.After((now - load.LatencyAt) * _decaysPerTick);

        // Without branches, which go one way or the other at random here: no attempt waiting and no wish to be left alone lie far on the harmless side.
        wait = double.MaxNative(wait, (now - load.OldestWaiting) * _secondsPerTick);
        wait = double.MaxNative(wait, (load.AvoidUntil - now) * _secondsPerTick);
        return wait * (inFlight + 1);
    }
}
