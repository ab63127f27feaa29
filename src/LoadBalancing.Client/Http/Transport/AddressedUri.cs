namespace LoadBalancing.Client;

/// <summary>
/// The URI of a known path at one endpoint, kept by the endpoint for the next request with that path. With many endpoints each request comes to one whose memory has left the processor's
/// caches, so what a look-up touches of the endpoint is kept small: the first path that became known is one object away, which says itself what it is for and where the others are.
/// </summary>
internal sealed class AddressedUri : Uri
{
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly KnownPath _path;

    /// <summary>Those of further paths by their places; null on those, and while there are none.</summary>
    private AddressedUri?[]? _others;

    private AddressedUri(string text, KnownPath path)
        : base(text, AsItIs) => _path = path;

    /// <summary>The URI of a path at an endpoint, kept or made.</summary>
    public static Uri Of(UpstreamEndpoint endpoint, string pathAndQuery, KnownPaths paths)
    {
        if (paths.Find(pathAndQuery) is not { } path)
        {
            // The path and query of a Uri are already in canonical form. Parsing them again could only do harm: /a%2Fb must stay /a%2Fb.
            return new Uri(string.Concat(endpoint.AuthorityAndBasePath, pathAndQuery), AsItIs);
        }

        var first = (AddressedUri?)Volatile.Read(ref endpoint.TransportState);
        return first is not null && ReferenceEquals(first._path, path) ? first : Keep(endpoint, first, path);
    }

    /// <summary>How many URIs an endpoint keeps.</summary>
    internal static int CountKept(UpstreamEndpoint endpoint) =>
        endpoint.TransportState is AddressedUri first ? 1 + (first._others?.Count(static uri => uri is not null) ?? 0) : 0;

    private static AddressedUri Keep(UpstreamEndpoint endpoint, AddressedUri? first, KnownPath path)
    {
        // A path whose place has been taken is not known any more, so the first one makes room for the path that took it.
        if (first is null || first._path.Place == path.Place)
        {
            AddressedUri made = Make(endpoint, path);
            made._others = first?._others;
            Volatile.Write(ref endpoint.TransportState, made);
            return made;
        }

        AddressedUri?[] others = Volatile.Read(ref first._others) ?? first.MakePlaces();
        AddressedUri? kept = Volatile.Read(ref others[path.Place]);
        if (kept is null || !ReferenceEquals(kept._path, path))
        {
            kept = Make(endpoint, path);
            Volatile.Write(ref others[path.Place], kept);
        }

        return kept;
    }

    private static AddressedUri Make(UpstreamEndpoint endpoint, KnownPath path) => new(string.Concat(endpoint.AuthorityAndBasePath, path.PathAndQuery), path);

    private AddressedUri?[] MakePlaces()
    {
        var made = new AddressedUri?[KnownPaths.Places];
        return Interlocked.CompareExchange(ref _others, made, null) ?? made;
    }
}
