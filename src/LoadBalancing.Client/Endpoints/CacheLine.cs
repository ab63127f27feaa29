using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LoadBalancing.Client;

/// <summary>The unit in which processor caches hold memory.</summary>
internal static class CacheLine
{
    /// <summary>In bytes, on the processors on which <see cref="Prefetch"/> has an effect.</summary>
    public const int Length = 64;

    /// <summary>
    /// Asks the processor to fetch the line that contains this byte of an object, without waiting for it. A hint: it reads nothing, and does nothing on
    /// processors other than x86.
    /// </summary>
    /// <param name="holder">The object.</param>
    /// <param name="offset">The byte, from the beginning of the object.</param>
    /// <remarks>
    /// The garbage collector may move the object meanwhile. Then the wrong line is fetched, which only costs time: prefetching any address is allowed.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(object holder, int offset)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(*(byte**)Unsafe.AsPointer(ref holder) + offset);
        }
    }
}
