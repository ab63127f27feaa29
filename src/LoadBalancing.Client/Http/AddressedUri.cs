namespace LoadBalancing.Client;

/// <summary>
/// The URI of a known path at one endpoint, kept by the endpoint for the next request with that path. With many endpoints each request comes to one whose memory has left the processor's
/// caches, so what a look-up touches of the endpoint is kept small: the place, and this object, which says itself what it is for.
/// </summary>
internal sealed class AddressedUri : Uri
{
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly KnownPath _path;

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

        var kept = (AddressedUri?[]?)endpoint.TransportState ?? MakePlaces(endpoint);
        AddressedUri? uri = Volatile.Read(ref kept[path.Place]);
        if (uri is null || !ReferenceEquals(uri._path, path))
        {
            uri = new AddressedUri(string.Concat(endpoint.AuthorityAndBasePath, pathAndQuery), path);
            Volatile.Write(ref kept[path.Place], uri);
        }

        return uri;
    }

    /// <summary>How many URIs an endpoint keeps.</summary>
    internal static int CountKept(UpstreamEndpoint endpoint) => endpoint.TransportState is AddressedUri?[] kept ? kept.Count(static uri => uri is not null) : 0;

    private static AddressedUri?[] MakePlaces(UpstreamEndpoint endpoint)
    {
        var made = new AddressedUri?[KnownPaths.Places];
        return (AddressedUri?[]?)Interlocked.CompareExchange(ref endpoint.TransportState, made, null) ?? made;
    }
}
