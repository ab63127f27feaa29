using System.Buffers.Text;
using System.IO.Hashing;
using System.Numerics;
using System.Text;

namespace LoadBalancing.Client;

/// <summary>
/// A ketama ring, entry for entry the one that Envoy builds for the same hosts in the order of their keys: the owner with the least share gets a whole number
/// of entries, entry <c>i</c> lies at
/// <c>xxHash64("key_i")</c>, and a hash belongs to the first entry at or after it.
/// </summary>
internal sealed class HashRing : ConsistentHashTable
{
    private readonly ulong[] _positions;

    /// <summary>
    /// Divides the circle into about as many equal parts as there are entries; for each part the first entry not before it. Hashes are distributed evenly, so
    /// the entry of a hash is next to it.
    /// </summary>
    private readonly int[] _starts;
    private readonly int _shift;

    public HashRing(HashOwner[] owners, int minimumSize, int maximumSize)
        : base(owners)
    {
        double min = owners.Min(static owner => owner.Share);
        double scale = Math.Min(Math.Ceiling(min * minimumSize) / min, maximumSize);
        var positions = new List<ulong>((int)Math.Ceiling(scale));
        var ownerIndexes = new List<int>(positions.Capacity);

        // Fractions of entries are carried over to the next owner. The sums are Envoy's, with its rounding.
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
                ownerIndexes.Add(owner);
            }
        }

        _positions = [.. positions];
        int[] sorted = [.. ownerIndexes];
        Array.Sort(_positions, sorted);
        var entries = new HashTableEntries(sorted.Length, owners.Length);
        for (int i = 0; i < sorted.Length; i++)
        {
            entries[i] = sorted[i];
        }

        Entries = entries;

        // At least two parts: a shift by 64 bits would be no shift.
        _shift = 63 - BitOperations.Log2((uint)Math.Max(1, _positions.Length - 1));
        _starts = FindStarts(_positions, _shift);
    }

    public override int EntryOf(ulong hash)
    {
        ulong[] positions = _positions;
        int entry = _starts[(int)(hash >> _shift)];
        while ((uint)entry < (uint)positions.Length && positions[entry] < hash)
        {
            entry++;
        }

        return (uint)entry < (uint)positions.Length ? entry : 0;
    }

    private static int[] FindStarts(ulong[] positions, int shift)
    {
        int[] starts = new int[1 << (64 - shift)];
        int entry = 0;
        for (int part = 0; part < starts.Length; part++)
        {
            while (entry < positions.Length && positions[entry] < (ulong)part << shift)
            {
                entry++;
            }

            starts[part] = entry;
        }

        return starts;
    }

    private static int PutKey(string key, ref byte[] buffer)
    {
        const int MaxDigits = 10;
        int length = Encoding.UTF8.GetByteCount(key) + 1;
        if (buffer.Length < length + MaxDigits)
        {
            buffer = new byte[length + MaxDigits];
        }

        Encoding.UTF8.GetBytes(key, buffer);
        buffer[length - 1] = (byte)'_';
        return length;
    }
}
