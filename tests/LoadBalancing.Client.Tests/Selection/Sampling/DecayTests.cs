namespace LoadBalancing.Client.Tests.Selection.Sampling;

public sealed class DecayTests
{
    [Fact]
    public void It_is_the_exponential_function_and_at_most_six_percent_more()
    {
        for (double x = 0; x < 50; x += 0.01)
        {
            Assert.InRange(Decay.After(x) / Math.Exp(-x), 1 - 1e-12, 1.062);
        }
    }

    [Fact]
    public void It_never_rises()
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
    public void Times_that_have_not_come_take_nothing_and_endless_ones_everything(double x, double expected) => Assert.Equal(expected, Decay.After(x));
}
