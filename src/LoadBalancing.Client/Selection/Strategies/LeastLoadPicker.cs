using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoadBalancing.Client;

/// <summary>
/// Draws three different endpoints and takes the one with the least cost: max(latency, age of the oldest attempt without a response) x (in flight + 1) /
/// weight.
/// </summary>
/// <remarks>
/// Latency describes the past, the age the present: a stalled server yields no samples. Three choices and not all, so that many clients do not converge
/// on the one that happens to be fastest. An unconfirmed latency fades, so that a server that was slow once is tried again.
/// A new endpoint is assumed to be average, and is tried with one attempt at a time, then two, then four, until there are enough samples.
/// </remarks>
internal sealed class LeastLoadPicker : IEndpointPicker
{
    private const int ChoiceCount = 3;

    private const int MinSamples = 5;

    /// <summary>Up to this length one number is enough for all draws: no index's share is off by more than 1 in 256.</summary>
    private const int LargestShared = 1 << 12;

    /// <summary>The bits of each of three indices packed into one number.</summary>
    private const int IndexBits = 20;

    private static readonly long Infinite = BitConverter.DoubleToInt64Bits(double.PositiveInfinity);

    private readonly Choice[] _choices;
    private readonly UpstreamEndpoint[] _endpoints;
    private readonly double[] _weights;
    private readonly double _secondsPerTick;
    private readonly double _decayStepsPerTick;
    private readonly double _averageLatency;
    private readonly RandomSource _random;
    private readonly AllAvailable _allAvailable;

    /// <param name="level">The endpoints.</param>
    /// <param name="decayTime">The time in which a latency fades by a factor of e.</param>
    /// <param name="clock">The clock of the balancer.</param>
    /// <param name="random">The source of draws.</param>
    public LeastLoadPicker(EndpointLevel level, TimeSpan decayTime, TimeProvider clock, RandomSource random)
    {
        _endpoints = [.. level.Endpoints];
        _weights = [.. level.Weights];
        _choices = [.. _endpoints.Zip(_weights, static (endpoint, weight) => new Choice(endpoint, endpoint.Load, 1 / weight))];
        _secondsPerTick = 1.0 / clock.TimestampFrequency;
        _decayStepsPerTick = _secondsPerTick / decayTime.TotalSeconds * Decay.Steps;
        _random = random;
        double[] known = [.. _endpoints.Where(static endpoint => endpoint.Load.Samples > 0).Select(static endpoint => endpoint.Load.Latency).Order()];
        _averageLatency = known.Length == 0 ? 0 : known[known.Length / 2];
        _allAvailable = _endpoints.Length is >= ChoiceCount and <= 1 << IndexBits ? AllAvailable.Capture(_endpoints) : default;
    }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        // One number is enough for three indices: its halves yield two, and the remainder of the first half, like the digits of a fraction, the third.
        int count = _choices.Length;
        ulong number = _random.NextUInt64();
        ulong scaled = (number >> 32) * (uint)count;
        int first = (int)(scaled >> 32);
        if (count < ChoiceCount)
        {
            int last = count - 1 - first;
            return PickAdmitted(first, last, last, context);
        }

        int step = Scale((uint)number, count - 1);
        int other = Scale(count <= LargestShared ? (uint)scaled : (uint)_random.NextUInt64(), count - 2);
        int second = Around(first + 1 + step, count);
        int third = Around(first + 1 + other + Branchless.IsAtLeast(other, step), count);
        if (_allAvailable.Holds && context.HasNoExclusions && PickWithoutBranches(first, second, third, context.Now) is { } best)
        {
            return best;
        }

        return PickAdmitted(first, second, third, context);
    }

    private static int Scale(uint fraction, int count) => (int)(((ulong)fraction * (uint)count) >> 32);

    /// <summary>Wraps an index that is past the end, by less than one round.</summary>
    private static int Around(int index, int count) => index - count + (count & ((index - count) >> 31));

    /// <summary>Computes three costs together without branches: their order is as good as random.</summary>
    /// <returns>Null where an endpoint is too new for this.</returns>
    private UpstreamEndpoint? PickWithoutBranches(int first, int second, int third, long now)
    {
        ref Choice a = ref _choices[first];
        ref Choice b = ref _choices[second];
        ref Choice c = ref _choices[third];
        EndpointLoad loadA = a.Load;
        EndpointLoad loadB = b.Load;
        EndpointLoad loadC = c.Load;
        if (((loadA.Samples - MinSamples) | (loadB.Samples - MinSamples) | (loadC.Samples - MinSamples)) < 0)
        {
            return null;
        }

        Vector256<double> wait = WaitAt(
            Vector256.Create(now),
            ThreeOf(loadA.Latency, loadB.Latency, loadC.Latency),
            ThreeOf(loadA.LastSampleAt, loadB.LastSampleAt, loadC.LastSampleAt),
            ThreeOf(loadA.OldestWaiting, loadB.OldestWaiting, loadC.OldestWaiting),
            ThreeOf(loadA.AvoidUntil, loadB.AvoidUntil, loadC.AvoidUntil));
        Vector128<int> attempts = Vector128.Create(loadA.InFlight, loadB.InFlight, loadC.InFlight, 0) + Vector128<int>.One;
        Vector256<double> loads = Vector256.ConvertToDouble(Vector256.WidenLower(attempts.ToVector256Unsafe()));
        Vector256<double> cost = wait * loads * ThreeOf(a.PerWeight, b.PerWeight, c.PerWeight);

        // The bits of non-negative numbers have the order of the numbers. The last two are insignificant, and hold the index of the cost.
        Vector256<long> ranked = (Vector256.MaxNative(cost, Vector256<double>.Zero).AsInt64() & Vector256.Create(~3L)) | Vector256.Create(0L, 1L, 2L, 3L);
        long least = Branchless.Min(Branchless.Min(ranked[0], ranked[1]), ranked[2]);
        ulong indices = (uint)first | ((ulong)(uint)second << IndexBits) | ((ulong)(uint)third << (2 * IndexBits));
        return _choices[(int)(indices >> ((int)(least & 3) * IndexBits)) & ((1 << IndexBits) - 1)].Endpoint;
    }

    private UpstreamEndpoint? PickAdmitted(int first, int second, int third, in PickContext context)
    {
        long firstCost = CostOf(first, context);
        long secondCost = CostOf(second, context);
        long thirdCost = CostOf(third, context);
        int best = secondCost < firstCost ? second : first;
        long least = Math.Min(firstCost, secondCost);
        best = thirdCost < least ? third : best;
        return Math.Min(least, thirdCost) != Infinite ? _endpoints[best] : FewestInFlight.Find(_endpoints, _weights, context, _random);
    }

    /// <returns>The cost as the bits of a non-negative number, which have the same order; infinite for endpoints that are not admitted, or that are new and
    /// busy.</returns>
    private long CostOf(int index, in PickContext context)
    {
        ref Choice choice = ref _choices[index];
        return context.Admits(choice.Endpoint) ? BitConverter.DoubleToInt64Bits(CostOf(choice.Load, context.Now) * choice.PerWeight) : Infinite;
    }

    private double CostOf(EndpointLoad load, long now)
    {
        int inFlight = Math.Max(0, load.InFlight);
        int samples = load.Samples;
        if (samples < MinSamples && inFlight >= 1 << samples)
        {
            return double.PositiveInfinity;
        }

        long latencyAt = samples == 0 ? now : load.LastSampleAt;
        double latency = samples == 0 ? _averageLatency : load.Latency;
        Vector256<double> wait = WaitAt(
            Vector256.Create(now),
            Vector256.Create(latency),
            Vector256.Create(latencyAt),
            Vector256.Create(load.OldestWaiting),
            Vector256.Create(load.AvoidUntil));
        return wait.ToScalar() * (inFlight + 1);
    }

    /// <summary>The fourth element is unused.</summary>
    private static Vector256<double> ThreeOf(double a, double b, double c) => Vector256.Create(Vector128.Create(a, b), Vector128.CreateScalarUnsafe(c));

    private static Vector256<long> ThreeOf(long a, long b, long c) => Vector256.Create(Vector128.Create(a, b), Vector128.CreateScalarUnsafe(c));

    /// <summary>
    /// The expected wait at each endpoint. The values for no waiting attempt and no time to avoid are far on the harmless side, so that neither needs a branch.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<double> WaitAt(
        Vector256<long> now,
        Vector256<double> latency,
        Vector256<long> latencyAt,
        Vector256<long> oldestWaiting,
        Vector256<long> avoidUntil)
    {
        Vector256<double> expected = latency * Decay.AfterSteps(Vector256.ConvertToDouble(now - latencyAt) * _decayStepsPerTick);
        Vector256<double> seen = Vector256.MaxNative(
            Vector256.ConvertToDouble(now - oldestWaiting),
            Vector256.ConvertToDouble(avoidUntil - now)) * _secondsPerTick;
        return Vector256.MaxNative(expected, seen);
    }

    /// <summary>The data of an endpoint that a comparison reads, side by side.</summary>
    /// <param name="Endpoint">The endpoint.</param>
    /// <param name="Load">Its load, without an indirection.</param>
    /// <param name="PerWeight">1 / weight: a division takes longer than the rest of the comparison.</param>
    private readonly record struct Choice(UpstreamEndpoint Endpoint, EndpointLoad Load, double PerWeight);
}
