namespace LoadBalancing.Client;

/// <summary>
/// The lookup table of Maglev (Eisenbud and others, NSDI 2016), entry for entry the one that Envoy builds: the owners, in the order of their keys, take turns
/// claiming the next free entry of their own
/// permutation; those with a smaller share skip turns.
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
        var entries = new HashTableEntries((int)size, claimants.Length);

        // The n-th entry from the end takes size / n probes in random order: a bit per entry stays in the nearest cache, the table would not.
        ulong[] taken = new ulong[(size + 63) / 64];
        double largest = claimants.Max(static claimant => claimant.Share);
        uint remaining = size;
        for (uint round = 1; remaining > 0; round++)
        {
            for (int owner = 0; owner < claimants.Length && remaining > 0; owner++)
            {
                ref Claimant claimant = ref claimants[owner];
                if (round * claimant.Share < claimant.Due)
                {
                    continue;
                }

                claimant.Due += largest;
                uint entry = claimant.Next;
                while ((taken[entry / 64] & (1UL << (int)(entry % 64))) != 0)
                {
                    entry = claimant.After(entry, size);
                }

                taken[entry / 64] |= 1UL << (int)(entry % 64);
                entries[(int)entry] = owner;
                claimant.Next = claimant.After(entry, size);
                remaining--;
            }
        }

        return entries;
    }

    /// <summary>An owner's position in its permutation, and its next turn.</summary>
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

        public readonly uint After(uint entry, uint size)
        {
            uint next = entry + _skip;
            return next >= size ? next - size : next;
        }
    }
}
