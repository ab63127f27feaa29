namespace LoadBalancing.Client;

/// <summary>
/// Slots in a circle, each with an owner. A hash leads to a slot; whoever cannot have the owner of that slot goes on to the next. Built from everybody who may own keys, and kept for as long as those stay the
/// same: an ejection does not touch it.
/// </summary>
internal abstract class ConsistentHashTable
{
    protected ConsistentHashTable(HashOwner[] owners) => Owners = owners;

    public HashOwner[] Owners { get; }

    /// <summary>For each slot, the place of its owner among <see cref="Owners"/>.</summary>
    public HashTableEntries Entries { get; protected init; }

    /// <summary>The slot of a hash.</summary>
    public abstract int EntryOf(ulong hash);
}
