namespace LoadBalancing.Client;

/// <summary>The processing time of requests. Immutable; drawn for each request from the endpoint's own seeded random source.</summary>
public sealed class VirtualLatency
{
    private readonly Func<RandomSource, TimeSpan> _draw;

    private VirtualLatency(Func<RandomSource, TimeSpan> draw) => _draw = draw;

    /// <summary>Zero: calls complete synchronously, without a timer.</summary>
    public static VirtualLatency None { get; } = new(static _ => TimeSpan.Zero);

    /// <summary>A constant latency.</summary>
    /// <param name="latency">The latency; zero or longer.</param>
    public static VirtualLatency Fixed(TimeSpan latency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latency, TimeSpan.Zero);
        return new VirtualLatency(_ => latency);
    }

    /// <summary>A uniform distribution.</summary>
    /// <param name="min">The minimum; zero or longer.</param>
    /// <param name="max">The maximum; not shorter than <paramref name="min"/>.</param>
    public static VirtualLatency Uniform(TimeSpan min, TimeSpan max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(min, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        return new VirtualLatency(random => min + ((max - min) * random.NextDouble()));
    }

    /// <summary>An exponential distribution, as of a queue with random arrivals and one server.</summary>
    /// <param name="mean">The mean; above zero.</param>
    public static VirtualLatency Exponential(TimeSpan mean)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(mean, TimeSpan.Zero);
        return new VirtualLatency(random => mean * -Math.Log(1 - random.NextDouble()));
    }

    /// <summary>A log-normal distribution, as typical for services: most requests are near the median, few take much longer.</summary>
    /// <param name="median">The median; above zero.</param>
    /// <param name="percentile99">The 99th percentile; above <paramref name="median"/>.</param>
    public static VirtualLatency LogNormal(TimeSpan median, TimeSpan percentile99)
    {
        const double Quantile99 = 2.3263478740408408;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(median, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(percentile99, median);
        double sigma = Math.Log(percentile99 / median) / Quantile99;
        return new VirtualLatency(random => median * Math.Exp(sigma * Normal(random)));
    }

    /// <summary>A custom distribution.</summary>
    /// <param name="draw">Draws a latency; zero or longer.</param>
    public static VirtualLatency Custom(Func<RandomSource, TimeSpan> draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        return new VirtualLatency(draw);
    }

    /// <summary>Uses another latency for a share of the requests, for example for a slow tail.</summary>
    /// <param name="percent">The share, in percent, 0 to 100.</param>
    /// <param name="other">The latency of that share.</param>
    public VirtualLatency WithShare(double percent, VirtualLatency other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Percentages.ThrowIfOutOfRange(percent);
        return new VirtualLatency(random => random.NextDouble() * 100 < percent ? other.Draw(random) : Draw(random));
    }

    /// <summary>Multiplies the latency by a factor.</summary>
    /// <param name="factor">The factor; zero or more.</param>
    public VirtualLatency ScaledBy(double factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(factor);
        return new VirtualLatency(random => Draw(random) * factor);
    }

    internal TimeSpan Draw(RandomSource random) => _draw(random);

    // Box and Muller, 1958. The second value of the pair is discarded, so that each draw consumes the same number of random numbers.
    private static double Normal(RandomSource random)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return radius * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
