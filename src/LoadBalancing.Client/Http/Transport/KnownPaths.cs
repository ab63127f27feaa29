using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace LoadBalancing.Client;

/// <summary>A path with its query that a service is asked for again and again, and the place of its addressed URI at each endpoint.</summary>
internal sealed record KnownPath(string PathAndQuery, int Place);

/// <summary>
/// The few paths that a service is called with again and again. Making the URI that points a request at an endpoint is the largest single cost of sending it elsewhere; for these paths each
/// endpoint keeps it (<see cref="AddressedUri"/>).
/// </summary>
/// <remarks>
/// A table with one place per hash. A path takes its place only when it comes a second time in a row there, so that paths which never repeat (ids, cursors) neither fill memory nor drive others
/// out. Safe for several threads without locks: a place holds an immutable path that is compared with what is asked for before it is used, and a mark whose loss costs one more miss.
/// </remarks>
internal sealed class KnownPaths
{
    /// <summary>Bounds what an endpoint can keep, together with <see cref="LongestKept"/>.</summary>
    internal const int Places = 64;

    internal const int LongestKept = 256;

    private readonly KnownPath?[] _known = new KnownPath?[Places];
    private readonly int[] _seen = new int[Places];

    /// <summary>How many paths are known.</summary>
    internal int Count => _known.Count(static path => path is not null);

    /// <summary>The same object for the same path, or null for one that is not known, or not yet.</summary>
    public KnownPath? Find(string pathAndQuery)
    {
        // Keyed by nobody, unlike that of strings, which takes twice as long: paths chosen to collide only come to be misses, as those that never repeat are anyway.
        int hash = (int)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(pathAndQuery.AsSpan()));
        int place = hash & (Places - 1);
        KnownPath? known = Volatile.Read(ref _known[place]);
        return known is not null && known.PathAndQuery == pathAndQuery ? known : Learn(pathAndQuery, hash, place);
    }

    private KnownPath? Learn(string pathAndQuery, int hash, int place)
    {
        if (_seen[place] != hash)
        {
            _seen[place] = hash;
            return null;
        }

        if (pathAndQuery.Length > LongestKept)
        {
            return null;
        }

        var learnt = new KnownPath(pathAndQuery, place);
        Volatile.Write(ref _known[place], learnt);
        return learnt;
    }
}
