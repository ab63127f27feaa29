using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LoadBalancing.Client;

/// <summary>What the processor's caches hold memory in.</summary>
internal static class CacheLine
{
    /// <summary>In bytes, on the processors that <see cref="Prefetch"/> does something on.</summary>
    public const int Length = 64;

    /// <summary>
    /// Has the processor fetch the line in which this byte of an object lies, and goes on without waiting for it. A hint: it reads nothing, and where the processor is no x86 it does nothing.
    /// </summary>
    /// <param name="holder">The object.</param>
    /// <param name="offset">The byte, from the beginning of the object.</param>
    /// <remarks>The collector may move the object meanwhile. Then the wrong line is fetched, which costs time and nothing else: a prefetch of any address is allowed.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Prefetch(object holder, int offset)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(*(byte**)Unsafe.AsPointer(ref holder) + offset);
        }
    }
}
