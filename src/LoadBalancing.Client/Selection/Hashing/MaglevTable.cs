namespace LoadBalancing.Client;

/// <summary>
/// The lookup table of Maglev (Eisenbud and others, NSDI 2016), slot for slot the one that Envoy builds: the owners, in the order of their keys, take turns in claiming the next free slot of a
/// permutation of their own, those of a smaller share not every turn.
/// </summary>
internal sealed class MaglevTable : ConsistentHashTable
{
    private readonly FastModulo _modulo;

    public MaglevTable(HashOwner[] owners, int size)
        : base(owners)
    {
        _modulo = new FastModulo(size);
        Entries = Fill(Array.ConvertAll(owners, owner => new Claimant(owner, (uint)size)), (uint)size);
    }

    public override int EntryOf(ulong hash) => _modulo.Of(hash);

    private static HashTableEntries Fill(Claimant[] claimants, uint size)
    {
        var slots = new HashTableEntries((int)size, claimants.Length);

        // Of the n-th slot from the end, size / n are looked at before it is found, in random order: a bit for each stays in the nearest cache, and the table would not.
        ulong[] taken = new ulong[(size + 63) / 64];
        double largest = claimants.Max(static claimant => claimant.Share);
        uint left = size;
        for (uint round = 1; left > 0; round++)
        {
            for (int owner = 0; owner < claimants.Length && left > 0; owner++)
            {
                ref Claimant claimant = ref claimants[owner];
                if (round * claimant.Share < claimant.Due)
                {
                    continue;
                }

                claimant.Due += largest;
                uint slot = claimant.Next;
                while ((taken[slot / 64] & (1UL << (int)(slot % 64))) != 0)
                {
                    slot = claimant.After(slot, size);
                }

                taken[slot / 64] |= 1UL << (int)(slot % 64);
                slots[(int)slot] = owner;
                claimant.Next = claimant.After(slot, size);
                left--;
            }
        }

        return slots;
    }

    /// <summary>Where an owner is in its permutation, and when it may claim again.</summary>
    private struct Claimant
    {
        public double Due;
        public uint Next;
        public readonly double Share;
        private readonly uint _skip;

        public Claimant(in HashOwner owner, uint size)
        {
            Share = owner.Share;
            Next = (uint)(TextHash.Of(owner.Key) % size);
            _skip = (uint)(TextHash.Of(owner.Key, seed: 1) % (size - 1)) + 1;
        }

        public readonly uint After(uint slot, uint size)
        {
            uint next = slot + _skip;
            return next >= size ? next - size : next;
        }
    }
}
