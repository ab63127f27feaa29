using System.Runtime.CompilerServices;

namespace LoadBalancing.Client;

/// <summary>
/// The source of the library's randomness: the first endpoint of a round robin, jitter, backoff, and whether a fault is injected.
/// Register a <see cref="Seeded"/> one in the service collection to make all of it repeatable.
/// </summary>
/// <remarks>Implementations must be thread-safe.</remarks>
public abstract class RandomSource
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    /// <summary>Uniform, unseeded, without locks. The default.</summary>
    public static RandomSource Shared { get; } = new SharedSource();

    /// <summary>A repeatable sequence: the same seed gives the same draws in the same order.</summary>
    /// <param name="seed">Any value.</param>
    public static RandomSource Seeded(int seed) => new SeededSource(seed);

    /// <summary>Draws a number from the whole 64-bit range.</summary>
    public abstract ulong NextUInt64();

    /// <summary>Draws a number at least 0 and below 1.</summary>
    public virtual double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Draws a duration at least zero and below <paramref name="exclusiveMaximum"/>; zero when the maximum is zero.</summary>
    /// <param name="exclusiveMaximum">The upper end, zero or longer.</param>
    internal TimeSpan NextBelow(TimeSpan exclusiveMaximum) => TimeSpan.FromTicks((long)(NextDouble() * exclusiveMaximum.Ticks));

    private static ulong Scramble(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

#pragma warning disable RS0030 // The platform's generators are allowed only here; all other code uses this class.
    private sealed class SharedSource : RandomSource
    {
        // One per thread, seeded by the platform, whose own generators take four times as long for 64 bits, which is most of a pick.
        [ThreadStatic]
        private static ulong _state;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public override ulong NextUInt64()
        {
            ulong state = _state;
            state = (state == 0 ? Seed() : state) + Gamma;
            _state = state;
            return Scramble(state);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static ulong Seed()
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            Random.Shared.NextBytes(bytes);
            return BitConverter.ToUInt64(bytes);
        }
    }
#pragma warning restore RS0030

    // SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): one addition per draw, so an
    // interlocked add advances the state and no lock is needed.
    private sealed class SeededSource : RandomSource
    {
        private ulong _state;

        // The state walks one cycle, and the seed is the start on it. Scrambled, neighbouring seeds start far apart and do not repeat each other.
        public SeededSource(int seed) => _state = Scramble(unchecked((ulong)seed));

        public override ulong NextUInt64() => Scramble(Interlocked.Add(ref _state, Gamma));
    }
}
