namespace LoadBalancing.Client.Tests;

public sealed class RandomSourceTests
{
    [Fact]
    public void A_seed_repeats_its_sequence() => Assert.Equal(Draw(RandomSource.Seeded(7), 100), Draw(RandomSource.Seeded(7), 100));

    /// <summary>
    /// Simulations run with seeds 1, 2, 3, ...: if those were one sequence begun at different places, a thousand runs would say no more than one.
    /// </summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(-1, 0)]
    [InlineData(int.MinValue, int.MaxValue)]
    public void Neighbouring_seeds_have_no_draw_in_common(int one, int other) =>
        Assert.Empty(Draw(RandomSource.Seeded(one), 1000).Intersect(Draw(RandomSource.Seeded(other), 1000)));

    private static ulong[] Draw(RandomSource source, int count) => [.. Enumerable.Range(0, count).Select(_ => source.NextUInt64())];
}
