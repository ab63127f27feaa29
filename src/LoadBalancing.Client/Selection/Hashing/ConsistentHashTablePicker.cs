namespace LoadBalancing.Client;

/// <summary>Looks a hash up in a table; from an owner that is out, was tried or is full it goes on around the circle. An attempt without a hash goes to any slot.</summary>
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
        int slot = Table.EntryOf(context.HasHash ? context.HashValue : _random.NextUInt64());
        UpstreamEndpoint owner = _owners[_entries[slot]];
        return _bound is null && ((_allAvailable.Holds && context.HasNoExclusions) || context.Admits(owner)) ? owner : PickNextOwner(slot, context);
    }

    private UpstreamEndpoint? PickNextOwner(int slot, in PickContext context)
    {
        HashTableEntries slots = _entries;
        int? inFlight = null;
        int patience = 4 * _owners.Length;
        for (int step = 0; step < slots.Length; step++)
        {
            // Tables are much longer than lists of owners: before going all the way round, see whether that can lead anywhere.
            if (step == patience && !AdmitsAny(context))
            {
                return null;
            }

            UpstreamEndpoint owner = _owners[slots[slot]];
            if (context.Admits(owner) && (_bound is null || _bound.HasCapacity(owner, ref inFlight)))
            {
                return owner;
            }

            slot = slot + 1 == slots.Length ? 0 : slot + 1;
        }

        // Everybody is full, or nobody with a slot can be had, and a table too small for all has owners without one.
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
