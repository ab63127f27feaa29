using LoadBalancing.Client;

namespace Quickstart;

/// <summary>The random source of the client: random, until a seed makes the draws repeatable.</summary>
internal sealed class Dice : RandomSource
{
    /// <summary>More than the draws of a hundred calls with all their retries.</summary>
    private const int Draws = 200;

    /// <summary>More than the draws of one call: one for each of its three attempts, one or two for each backoff between them.</summary>
    private const int Window = 7;

    private RandomSource _source = Shared;

    /// <summary>The first seed whose draws fall below the rate with the expected frequency, but never three times within one call.</summary>
    public static int FindSeedWithoutThreeInOneCall(double rate) => Enumerable.Range(0, int.MaxValue).First(seed =>
    {
        RandomSource source = Seeded(seed);
        bool[] hits = [.. Enumerable.Range(0, Draws).Select(_ => source.NextDouble() < rate)];
        return hits.Count(hit => hit) >= rate * Draws && !HasThreeWithinWindow(hits);
    });

    public void Seed(int seed) => Volatile.Write(ref _source, Seeded(seed));

    public override ulong NextUInt64() => Volatile.Read(ref _source).NextUInt64();

    private static bool HasThreeWithinWindow(bool[] hits) =>
        Enumerable.Range(0, hits.Length - Window + 1).Any(start => hits.AsSpan(start, Window).Count(true) >= 3);
}
