namespace LoadBalancing.Client.Tests.Selection.Sampling;

public sealed class FastModuloTests
{
    [Fact]
    public void It_equals_the_remainder_of_a_division()
    {
        RandomSource random = RandomSource.Seeded(41);
        int[] divisors =
        [
            1, 2, 3, 7, 10, 17, 1000, 1024, 65537, 5_000_011, int.MaxValue,
            .. Enumerable.Range(0, 200).Select(_ => (int)(random.NextUInt64() >> 40) + 1),
        ];
        foreach (int divisor in divisors)
        {
            var modulo = new FastModulo(divisor);
            ulong[] edges =
            [
                0,
                1,
                (ulong)divisor - 1,
                (ulong)divisor,
                ulong.MaxValue,
                ulong.MaxValue - 1,
                ulong.MaxValue / (ulong)divisor * (ulong)divisor,
                (ulong.MaxValue / (ulong)divisor * (ulong)divisor) - 1,
            ];
            foreach (ulong value in edges.Concat(Enumerable.Range(0, 1000).Select(_ => random.NextUInt64())))
            {
                Assert.Equal((int)(value % (ulong)divisor), modulo.Of(value));
            }
        }
    }
}
