using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Sampling;

/// <summary>Compared choices must be different endpoints, and all sets equally likely.</summary>
public sealed class DistinctDrawsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(12)]
    public void Two_choices_are_distinct_and_all_pairs_equally_likely(int endpoints)
    {
        var counts = new Dictionary<(int, int), int>();
        RandomSource random = RandomSource.Seeded(11);
        Span<int> drawn = stackalloc int[4];
        for (int i = 0; i < 200_000; i++)
        {
            var dice = new Dice(random);
            int first = DistinctDraws.InsertDraw(drawn, 0, dice.Next(endpoints));
            int second = DistinctDraws.InsertDraw(drawn, 1, dice.Next(endpoints - 1));
            Assert.NotEqual(first, second);
            counts[(first, second)] = counts.GetValueOrDefault((first, second)) + 1;
        }

        // Ordered pairs: the first choice wins ties, so its position matters, too.
        Assert.Equal(endpoints * (endpoints - 1), counts.Count);
        Assert.InRange(ChiSquare.Statistic([.. counts.Values]), 0, ChiSquare.CriticalValue(counts.Count));
    }

    [Fact]
    public void Three_choices_are_distinct_and_all_triples_equally_likely()
    {
        const int Endpoints = 6;
        var counts = new Dictionary<(int, int, int), int>();
        RandomSource random = RandomSource.Seeded(12);
        Span<int> drawn = stackalloc int[4];
        for (int i = 0; i < 240_000; i++)
        {
            var dice = new Dice(random);
            int first = DistinctDraws.InsertDraw(drawn, 0, dice.Next(Endpoints));
            int second = DistinctDraws.InsertDraw(drawn, 1, dice.Next(Endpoints - 1));
            int third = DistinctDraws.InsertDraw(drawn, 2, dice.Next(Endpoints - 2));
            Assert.Equal(3, new HashSet<int> { first, second, third }.Count);
            counts[(first, second, third)] = counts.GetValueOrDefault((first, second, third)) + 1;
        }

        Assert.Equal(120, counts.Count);
        Assert.InRange(ChiSquare.Statistic([.. counts.Values]), 0, ChiSquare.CriticalValue(120));
    }

    [Fact]
    public void Drawing_all_indices_yields_each_once()
    {
        RandomSource random = RandomSource.Seeded(13);
        Span<int> drawn = stackalloc int[10];
        for (int round = 0; round < 1000; round++)
        {
            var dice = new Dice(random);
            for (int count = 0; count < 10; count++)
            {
                DistinctDraws.InsertDraw(drawn, count, dice.Next(10 - count));
            }

            Assert.Equal(Enumerable.Range(0, 10), drawn.ToArray());
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1000)]
    [InlineData(100_000)]
    public void Dice_are_uniform(int sides)
    {
        var dice = new Dice(RandomSource.Seeded(14));
        int[] counts = new int[100];
        for (int i = 0; i < 300_000; i++)
        {
            counts[(int)((long)dice.Next(sides) * 100 / sides)]++;
        }

        int[] possible = [.. counts.Where(static count => count > 0)];
        Assert.Equal(Math.Min(sides, 100), possible.Length);
        Assert.InRange(ChiSquare.Statistic(possible), 0, ChiSquare.CriticalValue(possible.Length));
    }
}
