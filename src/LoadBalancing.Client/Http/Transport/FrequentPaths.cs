using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>
/// A cache of the frequently requested paths of a service. Creating the URI that addresses a request to an endpoint is the largest single cost of
/// rewriting it; for these paths each
/// endpoint caches the URI (<see cref="EndpointUri"/>).
/// </summary>
/// <remarks>
/// A direct-mapped table, indexed by hash. A path enters only when it is requested twice in a row at its index, so that paths which never repeat
/// (ids, cursors) neither use memory nor evict
/// others. Thread-safe without locks: an entry is an immutable path that is compared before it is used, and a lost write of a miss hash costs one more miss.
/// </remarks>
internal sealed class FrequentPaths
{
    /// <summary>Bounds the memory of an endpoint's cached URIs, together with <see cref="MaxPathLength"/>.</summary>
    internal const int Capacity = 64;

    internal const int MaxPathLength = 256;

    private readonly FrequentPath?[] _known = new FrequentPath?[Capacity];
    private readonly int[] _lastMissHashes = new int[Capacity];

    /// <summary>The number of cached paths.</summary>
    internal int Count => _known.Count(static path => path is not null);

    /// <summary>Finds the cached object of a path; null when the path is not cached, or not yet.</summary>
    public FrequentPath? Find(string pathAndQuery)
    {
        // Not a keyed hash like that of strings, which takes twice as long: paths chosen to collide only become misses, like paths that never repeat.
        int hash = (int)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(pathAndQuery.AsSpan()));
        int index = hash & (Capacity - 1);
        FrequentPath? known = Volatile.Read(ref _known[index]);
        return known is not null && known.PathAndQuery == pathAndQuery ? known : AddIfRepeated(pathAndQuery, hash, index);
    }

    private FrequentPath? AddIfRepeated(string pathAndQuery, int hash, int index)
    {
        if (_lastMissHashes[index] != hash)
        {
            _lastMissHashes[index] = hash;
            return null;
        }

        if (pathAndQuery.Length > MaxPathLength)
        {
            return null;
        }

        var added = new FrequentPath(pathAndQuery, index);
        Volatile.Write(ref _known[index], added);
        return added;
    }
}
