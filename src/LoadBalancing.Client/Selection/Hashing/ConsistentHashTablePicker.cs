namespace LoadBalancing.Client;

/// <summary>
/// Looks up a hash in a table; past an owner that is unavailable, already tried or full it continues around the circle. An attempt without a hash starts at a
/// random entry.
/// </summary>
internal sealed class ConsistentHashTablePicker : IEndpointPicker
{
    private readonly HashTableEntries _entries;
    private readonly UpstreamEndpoint[] _owners;
    private readonly double[] _shares;
    private readonly LoadBound? _bound;
    private readonly RandomSource _random;
    private readonly AllAvailable _allAvailable;

    public ConsistentHashTablePicker(ConsistentHashTable table, LoadBound? bound, RandomSource random)
    {
        Table = table;
        _entries = table.Entries;
        _owners = Array.ConvertAll(table.Owners, static owner => owner.Endpoint);
        _shares = Array.ConvertAll(table.Owners, static owner => owner.Share);
        _bound = bound;
        _random = random;
        _allAvailable = AllAvailable.Capture(_owners);
    }

    public ConsistentHashTable Table { get; }

    public UpstreamEndpoint? Pick(in PickContext context)
    {
        int entry = Table.EntryOf(context.HasHash ? context.HashValue : _random.NextUInt64());
        UpstreamEndpoint owner = _owners[_entries[entry]];
        return _bound is null && ((_allAvailable.Holds && context.HasNoExclusions) || context.Admits(owner)) ? owner : PickNextOwner(entry, context);
    }

    private UpstreamEndpoint? PickNextOwner(int entry, in PickContext context)
    {
        HashTableEntries entries = _entries;
        int? inFlight = null;
        int stepsBeforeScan = 4 * _owners.Length;
        for (int step = 0; step < entries.Length; step++)
        {
            // Tables are much longer than lists of owners: before going all the way round, check whether any owner is admitted.
            if (step == stepsBeforeScan && !AdmitsAny(context))
            {
                return null;
            }

            UpstreamEndpoint owner = _owners[entries[entry]];
            if (context.Admits(owner) && (_bound is null || _bound.HasCapacity(owner, ref inFlight)))
            {
                return owner;
            }

            entry = entry + 1 == entries.Length ? 0 : entry + 1;
        }

        // All are full, or no owner with an entry is admitted: a table too small for all leaves some owners without entries.
        return FewestInFlight.Find(_owners, _shares, context, _random);
    }

    private bool AdmitsAny(in PickContext context)
    {
        foreach (UpstreamEndpoint owner in _owners)
        {
            if (context.Admits(owner))
            {
                return true;
            }
        }

        return false;
    }
}
