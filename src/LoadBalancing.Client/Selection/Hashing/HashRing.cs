using System.Buffers.Text;
using System.IO.Hashing;
using System.Numerics;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// A ring as ketama's, entry for entry the one that Envoy builds for the same hosts in the order of their keys: owner with the least share gets a whole number of entries, entry <c>i</c> lies at
/// <c>xxHash64("key_i")</c>, and a hash belongs to the first entry at or after it.
/// </summary>
internal sealed class HashRing : ConsistentHashTable
{
    private readonly ulong[] _positions;

    /// <summary>For each of as many equal parts of the circle as there are entries, about, the first entry that does not lie before it: positions are hashes and lie evenly, so the entry looked for is next to it.</summary>
    private readonly int[] _starts;
    private readonly int _shift;

    public HashRing(HashOwner[] owners, int minimumSize, int maximumSize)
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
        var slotOwners = new HashTableEntries(sorted.Length, owners.Length);
        for (int slot = 0; slot < sorted.Length; slot++)
        {
            slotOwners[slot] = sorted[slot];
        }

        Entries = slotOwners;

        // One part at least has to be half of the circle: a shift by all 64 bits would be none.
        _shift = 63 - BitOperations.Log2((uint)Math.Max(1, _positions.Length - 1));
        _starts = FindStarts(_positions, _shift);
    }

    public override int EntryOf(ulong hash)
    {
        ulong[] positions = _positions;
        int slot = _starts[(int)(hash >> _shift)];
        while ((uint)slot < (uint)positions.Length && positions[slot] < hash)
        {
            slot++;
        }

        return (uint)slot < (uint)positions.Length ? slot : 0;
    }

    private static int[] FindStarts(ulong[] positions, int shift)
    {
        int[] starts = new int[1 << (64 - shift)];
        int slot = 0;
        for (int part = 0; part < starts.Length; part++)
        {
            while (slot < positions.Length && positions[slot] < (ulong)part << shift)
            {
                slot++;
            }

            starts[part] = slot;
        }

        return starts;
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
