namespace LoadBalancing.Client;

/// <summary>
/// A circle of entries, each with an owner. A hash maps to an entry; if its owner cannot be picked, the next entry follows. Built from all endpoints that may
/// own keys, and kept while those stay
/// the same: an ejection does not affect it.
/// </summary>
internal abstract class ConsistentHashTable
{
    protected ConsistentHashTable(HashOwner[] owners) => Owners = owners;

    public HashOwner[] Owners { get; }

    /// <summary>For each entry, the index of its owner in <see cref="Owners"/>.</summary>
    public HashTableEntries Entries { get; protected init; }

    /// <summary>The entry of a hash.</summary>
    public abstract int EntryOf(ulong hash);
}
