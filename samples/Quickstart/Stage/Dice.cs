using LoadBalancing.Client;

namespace Quickstart;

/// <summary>Where the client draws its random numbers from: truly random ones, until a seed makes what follows repeatable.</summary>
internal sealed class Dice : RandomSource
{
    /// <summary>More than a hundred calls draw, with all their retries.</summary>
    private const int Draws = 200;

    /// <summary>More than one call draws: a number for each of its three attempts, one or two for each wait between them.</summary>
    private const int Window = 7;

    private RandomSource _source = Shared;

    /// <summary>The first seed that falls below the rate as often as it should, but never three times within one call.</summary>
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
