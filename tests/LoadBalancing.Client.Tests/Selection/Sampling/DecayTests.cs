namespace LoadBalancing.Client.Tests.Selection.Sampling;

public sealed class DecayTests
{
    [Fact]
    public void It_exceeds_the_exponential_function_by_at_most_six_percent()
    {
        for (double x = 0; x < 50; x += 0.01)
        {
            Assert.InRange(Decay.After(x) / Math.Exp(-x), 1 - 1e-12, 1.062);
        }
    }

    [Fact]
    public void It_is_monotonic()
    {
        double last = 1;
        for (double x = 0; x < 800; x += 0.003)
        {
            double now = Decay.After(x);
            Assert.InRange(now, 0, last);
            last = now;
        }
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(double.NegativeInfinity, 1)]
    [InlineData(1e9, 0)]
    [InlineData(double.PositiveInfinity, 0)]
    public void Negative_times_keep_everything_and_infinite_ones_nothing(double x, double expected) => Assert.Equal(expected, Decay.After(x));
}
