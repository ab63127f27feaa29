using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>
/// The few paths that a service is called with again and again. Making the URI that points a request at an endpoint is the largest single cost of sending it elsewhere; for these paths each
/// endpoint keeps it (<see cref="EndpointUri"/>).
/// </summary>
/// <remarks>
/// A table with one place per hash. A path takes its place only when it comes a second time in a row there, so that paths which never repeat (ids, cursors) neither fill memory nor drive others
/// out. Safe for several threads without locks: a place holds an immutable path that is compared with what is asked for before it is used, and a mark whose loss costs one more miss.
/// </remarks>
internal sealed class FrequentPaths
{
    /// <summary>Bounds what an endpoint can keep, together with <see cref="MaxPathLength"/>.</summary>
    internal const int Capacity = 64;

    internal const int MaxPathLength = 256;

    private readonly FrequentPath?[] _known = new FrequentPath?[Capacity];
    private readonly int[] _lastMissHashes = new int[Capacity];

    /// <summary>How many paths are known.</summary>
    internal int Count => _known.Count(static path => path is not null);

    /// <summary>The same object for the same path, or null for one that is not known, or not yet.</summary>
    public FrequentPath? Find(string pathAndQuery)
    {
        // Keyed by nobody, unlike that of strings, which takes twice as long: paths chosen to collide only come to be misses, as those that never repeat are anyway.
        int hash = (int)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(pathAndQuery.AsSpan()));
        int place = hash & (Capacity - 1);
        FrequentPath? known = Volatile.Read(ref _known[place]);
        return known is not null && known.PathAndQuery == pathAndQuery ? known : AddIfRepeated(pathAndQuery, hash, place);
    }

    private FrequentPath? AddIfRepeated(string pathAndQuery, int hash, int place)
    {
        if (_lastMissHashes[place] != hash)
        {
            _lastMissHashes[place] = hash;
            return null;
        }

        if (pathAndQuery.Length > MaxPathLength)
        {
            return null;
        }

        var learnt = new FrequentPath(pathAndQuery, place);
        Volatile.Write(ref _known[place], learnt);
        return learnt;
    }
}
