namespace LoadBalancing.Client;

/// <summary>
/// The addressed URIs of one endpoint. Making one is the largest single cost of sending a request elsewhere, and services are called with the same few paths again and again: those are kept.
/// </summary>
/// <remarks>
/// A table with one place per hash. A path takes its place only when it comes a second time in a row there, so that paths which never repeat (ids, cursors) neither fill memory nor drive others
/// out. Safe for several threads without locks: a place holds an immutable URI that is compared with what is asked for before it is used, and a mark whose loss costs one more miss.
/// </remarks>
internal sealed class AddressedUris
{
    /// <summary>Bounds what an endpoint can keep, together with <see cref="LongestKept"/>.</summary>
    internal const int Places = 64;

    internal const int LongestKept = 256;

    private readonly Uri?[] _kept = new Uri?[Places];
    private readonly int[] _seen = new int[Places];
    private readonly string _authorityAndBasePath;
    private readonly int _basePathLength;

    private AddressedUris(UpstreamEndpoint endpoint)
    {
        _authorityAndBasePath = endpoint.AuthorityAndBasePath;
        _basePathLength = endpoint.Address.AbsolutePath.TrimEnd('/').Length;
    }

    /// <summary>How many URIs are kept.</summary>
    internal int Count => _kept.Count(static uri => uri is not null);

    public static AddressedUris Of(UpstreamEndpoint endpoint) => (AddressedUris?)endpoint.TransportState ?? Create(endpoint);

    public Uri Get(string pathAndQuery)
    {
        int hash = pathAndQuery.GetHashCode(StringComparison.Ordinal);
        int place = hash & (Places - 1);
        Uri? kept = Volatile.Read(ref _kept[place]);
        if (kept is not null && kept.PathAndQuery is { } known
            && known.Length == _basePathLength + pathAndQuery.Length && known.AsSpan(_basePathLength).SequenceEqual(pathAndQuery))
        {
            return kept;
        }

        // The path and query of a Uri are already in canonical form. Parsing them again could only do harm: /a%2Fb must stay /a%2Fb.
        var uri = new Uri(
            string.Concat(_authorityAndBasePath, pathAndQuery),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        if (_seen[place] != hash)
        {
            _seen[place] = hash;
        }
        else if (pathAndQuery.Length <= LongestKept)
        {
            Volatile.Write(ref _kept[place], uri);
        }

        return uri;
    }

    private static AddressedUris Create(UpstreamEndpoint endpoint)
    {
        var created = new AddressedUris(endpoint);
        return (AddressedUris?)Interlocked.CompareExchange(ref endpoint.TransportState, created, null) ?? created;
    }
}
