using System.Buffers.Text;
using System.IO.Hashing;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// A ring as ketama's, entry for entry the one that Envoy builds for the same hosts in the order of their keys: owner with the least share gets a whole number of entries, entry <c>i</c> lies at
/// <c>xxHash64("key_i")</c>, and a hash belongs to the first entry at or after it.
/// </summary>
internal sealed class HashRing : KeyTable
{
    private readonly ulong[] _positions;

    public HashRing(KeyOwner[] owners, int minimumSize, int maximumSize)
        : base(owners)
    {
        double least = owners.Min(static owner => owner.Share);
        double scale = Math.Min(Math.Ceiling(least * minimumSize) / least, maximumSize);
        var positions = new List<ulong>((int)Math.Ceiling(scale));
        var slots = new List<int>(positions.Capacity);

        // Shares of entries that are not whole are carried on to the next owner. The sums are Envoy's, with its rounding.
        double count = 0;
        double target = 0;
        byte[] buffer = [];
        for (int owner = 0; owner < owners.Length; owner++)
        {
            int length = PutKey(owners[owner].Key, ref buffer);
            target += scale * owners[owner].Share;
            for (int entry = 0; count < target; entry++, count++)
            {
                Utf8Formatter.TryFormat(entry, buffer.AsSpan(length), out int digits);
                positions.Add(XxHash64.HashToUInt64(buffer.AsSpan(0, length + digits)));
                slots.Add(owner);
            }
        }

        _positions = [.. positions];
        int[] sorted = [.. slots];
        Array.Sort(_positions, sorted);
        Slots = sorted;
    }

    /// <remarks>The half that is searched on is chosen without a branch, which the processor would guess wrong every other time.</remarks>
    public override int SlotOf(ulong hash)
    {
        ulong[] positions = _positions;
        int start = 0;
        int length = positions.Length;
        while (length > 1)
        {
            int half = length >> 1;
            start = positions[start + half - 1] < hash ? start + half : start;
            length -= half;
        }

        start = positions[start] < hash ? start + 1 : start;
        return start == positions.Length ? 0 : start;
    }

    private static int PutKey(string key, ref byte[] buffer)
    {
        const int MostDigits = 10;
        int length = Encoding.UTF8.GetByteCount(key) + 1;
        if (buffer.Length < length + MostDigits)
        {
            buffer = new byte[length + MostDigits];
        }

        Encoding.UTF8.GetBytes(key, buffer);
        buffer[length - 1] = (byte)'_';
        return length;
    }
}
