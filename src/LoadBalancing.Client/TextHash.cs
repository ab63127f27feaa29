using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>xxHash64 of the UTF-8 encoding of a text, as Envoy hashes keys. Allocation-free for any length.</summary>
internal static class TextHash
{
    /// <summary>The longest text whose bytes, at most three per character, are kept on the stack.</summary>
    private const int ShortText = 128;

    public static ulong Of(ReadOnlySpan<char> text, ulong seed = 0)
    {
        if (text.Length <= ShortText)
        {
            Span<byte> bytes = stackalloc byte[3 * ShortText];
            return XxHash64.HashToUInt64(bytes[..Encoding.UTF8.GetBytes(text, bytes)], unchecked((long)seed));
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            return XxHash64.HashToUInt64(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), unchecked((long)seed));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
