using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// Hashes by which strategies that hash find the owner of a pick, for protocols other than HTTP: <c>new PickContext { Hash =
/// AffinityHash.Compute("user-42") }</c>.
/// HTTP requests use the same hashes, so a key has the same owner
/// under every protocol.
/// </summary>
public static class AffinityHash
{
    /// <summary>The hash of a text: xxHash64 of its UTF-8, as with <c>LoadBalancing().HashKey</c> on a request.</summary>
    /// <param name="key">Any text.</param>
    public static ulong Compute(ReadOnlySpan<char> key) => TextHash.Of(key);

    /// <summary>
    /// The hash of a caller's address, as with <see cref="HashPolicyOptions.CallerAddress"/>: xxHash64 of the address as text, without its port. An IPv4
    /// address mapped to IPv6 counts as IPv4.
    /// </summary>
    /// <param name="caller">The caller on whose behalf the pick is made.</param>
    public static ulong Compute(IPAddress caller)
    {
        ArgumentNullException.ThrowIfNull(caller);

        // The longest text: IPv6 with an IPv4 part and a scope number.
        const int LongestAddress = 65;
        Span<char> text = stackalloc char[LongestAddress];
        IPAddress plain = caller.IsIPv4MappedToIPv6 ? caller.MapToIPv4() : caller;
        return plain.TryFormat(text, out int length) ? TextHash.Of(text[..length]) : TextHash.Of(plain.ToString());
    }
}
