namespace LoadBalancing.Client;

/// <summary>How long an endpoint works on a request. Immutable; drawn anew for each request from the endpoint's own seeded randomness.</summary>
public sealed class VirtualLatency
{
    private readonly Func<RandomSource, TimeSpan> _draw;

    private VirtualLatency(Func<RandomSource, TimeSpan> draw) => _draw = draw;

    /// <summary>No time at all: calls end where they begin, and take no timer.</summary>
    public static VirtualLatency None { get; } = new(static _ => TimeSpan.Zero);

    /// <summary>Always the same.</summary>
    /// <param name="latency">Zero or longer.</param>
    public static VirtualLatency Fixed(TimeSpan latency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latency, TimeSpan.Zero);
        return new VirtualLatency(_ => latency);
    }

    /// <summary>Evenly between two times.</summary>
    /// <param name="shortest">Zero or longer.</param>
    /// <param name="longest">Not shorter than <paramref name="shortest"/>.</param>
    public static VirtualLatency Uniform(TimeSpan shortest, TimeSpan longest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shortest, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(longest, shortest);
        return new VirtualLatency(random => shortest + ((longest - shortest) * random.NextDouble()));
    }

    /// <summary>Exponentially distributed: what a queue with random arrivals and one server looks like.</summary>
    /// <param name="mean">Above zero.</param>
    public static VirtualLatency Exponential(TimeSpan mean)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(mean, TimeSpan.Zero);
        return new VirtualLatency(random => mean * -Math.Log(1 - random.NextDouble()));
    }

    /// <summary>Log-normally distributed: most around the median, few much longer, as services usually are.</summary>
    /// <param name="median">Half of all are shorter. Above zero.</param>
    /// <param name="percentile99">99 in 100 are shorter. Above <paramref name="median"/>.</param>
    public static VirtualLatency LogNormal(TimeSpan median, TimeSpan percentile99)
    {
        const double Quantile99 = 2.3263478740408408;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(median, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(percentile99, median);
        double sigma = Math.Log(percentile99 / median) / Quantile99;
        return new VirtualLatency(random => median * Math.Exp(sigma * Normal(random)));
    }

    /// <summary>Anything else.</summary>
    /// <param name="draw">Gives the next one; zero or longer.</param>
    public static VirtualLatency Custom(Func<RandomSource, TimeSpan> draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        return new VirtualLatency(draw);
    }

    /// <summary>The same for most requests, and another for a share of them: a slow tail.</summary>
    /// <param name="percent">The share, in percent, 0 to 100.</param>
    /// <param name="other">Its latency.</param>
    public VirtualLatency WithShare(double percent, VirtualLatency other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Percentages.ThrowIfOutOfRange(percent);
        return new VirtualLatency(random => random.NextDouble() * 100 < percent ? other.Draw(random) : Draw(random));
    }

    /// <summary>The same, so many times as long.</summary>
    /// <param name="factor">Zero or more.</param>
    public VirtualLatency ScaledBy(double factor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(factor);
        return new VirtualLatency(random => Draw(random) * factor);
    }

    internal TimeSpan Draw(RandomSource random) => _draw(random);

    // Box and Muller, 1958; the sine of the pair is thrown away, so that each draw takes the same number of random numbers.
    private static double Normal(RandomSource random)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return radius * Math.Cos(2 * Math.PI * random.NextDouble());
    }
}
