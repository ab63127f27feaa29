using System.IO.Hashing;
using System.Runtime.CompilerServices;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// The bare cost of each kind of pick: no weights, no ejections, the platform's random generator. The cost of an interlocked increment varies with the
/// processor; these show which part of a ratio to it
/// is due to the kind of pick.
/// </summary>
internal static class HandPickers
{
    public static IEnumerable<(string Name, Func<int, object?> Loop)> Of(IReadOnlyList<UpstreamEndpoint> endpoints)
    {
        UpstreamEndpoint[] all = [.. endpoints];
        yield return ("by hand: a random one", count => Loop<OneDraw>(all, count));
        yield return ("by hand: fewer in flight of two", count => Loop<TwoDraws>(all, count));
        yield return ("by hand: least latency x in flight of three", count => Loop<ThreeDraws>(all, count));
        yield return ("by hand: xxHash64 of 16 bytes, table", HashedTo(all));
    }

    private static Func<int, object?> HashedTo(UpstreamEndpoint[] endpoints)
    {
        int[] entries = [.. Enumerable.Range(0, 65_537).Select(i => i % endpoints.Length)];
        byte[] keys = new byte[1 << 16];
        new Random(3).NextBytes(keys);
        return count =>
        {
            UpstreamEndpoint? last = null;
            for (int i = 0; i < count; i++)
            {
                last = endpoints[entries[XxHash64.HashToUInt64(keys.AsSpan((i & 0xFFF) * 16, 16)) % 65_537]];
            }

            return last;
        };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static UpstreamEndpoint? Loop<T>(UpstreamEndpoint[] endpoints, int count)
        where T : struct, IHandPick
    {
        UpstreamEndpoint? last = null;
        for (int i = 0; i < count; i++)
        {
            last = T.Pick(endpoints);
        }

        return last;
    }

    private interface IHandPick
    {
        static abstract UpstreamEndpoint Pick(UpstreamEndpoint[] endpoints);
    }

    private readonly struct OneDraw : IHandPick
    {
        public static UpstreamEndpoint Pick(UpstreamEndpoint[] endpoints) => endpoints[Random.Shared.Next(endpoints.Length)];
    }

    private readonly struct TwoDraws : IHandPick
    {
        public static UpstreamEndpoint Pick(UpstreamEndpoint[] endpoints)
        {
            UpstreamEndpoint first = endpoints[Random.Shared.Next(endpoints.Length)];
            UpstreamEndpoint second = endpoints[Random.Shared.Next(endpoints.Length)];
            return second.InFlight < first.InFlight ? second : first;
        }
    }

    private readonly struct ThreeDraws : IHandPick
    {
        public static UpstreamEndpoint Pick(UpstreamEndpoint[] endpoints)
        {
            UpstreamEndpoint first = endpoints[Random.Shared.Next(endpoints.Length)];
            UpstreamEndpoint second = endpoints[Random.Shared.Next(endpoints.Length)];
            UpstreamEndpoint third = endpoints[Random.Shared.Next(endpoints.Length)];
            double cost = CostOf(first);
            double other = CostOf(second);
            UpstreamEndpoint best = other < cost ? second : first;
            return CostOf(third) < Math.Min(cost, other) ? third : best;
        }

        private static double CostOf(UpstreamEndpoint endpoint) => endpoint.Load.Latency * (endpoint.InFlight + 1);
    }
}
