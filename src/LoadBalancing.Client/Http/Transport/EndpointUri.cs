namespace LoadBalancing.Client;

/// <summary>
/// The URI of a known path at one endpoint, kept by the endpoint for the next request with that path. With many endpoints each request comes to one whose memory has left the processor's
/// caches, so what a look-up touches of the endpoint is kept small: the first path that became known is one object away, which says itself what it is for and where the others are.
/// </summary>
internal sealed class EndpointUri : Uri
{
    private static readonly UriCreationOptions NoCanonicalization = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly FrequentPath _path;

    /// <summary>Those of further paths by their places; null on those, and while there are none.</summary>
    private EndpointUri?[]? _others;

    private EndpointUri(string text, FrequentPath path)
        : base(text, NoCanonicalization) => _path = path;

    /// <summary>The URI of a path at an endpoint, kept or made.</summary>
    public static Uri Of(UpstreamEndpoint endpoint, string pathAndQuery, FrequentPaths paths)
    {
        if (paths.Find(pathAndQuery) is not { } path)
        {
            // The path and query of a Uri are already in canonical form. Parsing them again could only do harm: /a%2Fb must stay /a%2Fb.
            return new Uri(string.Concat(endpoint.AuthorityAndBasePath, pathAndQuery), NoCanonicalization);
        }

        var first = (EndpointUri?)Volatile.Read(ref endpoint.TransportState);
        return first is not null && ReferenceEquals(first._path, path) ? first : GetOrAdd(endpoint, first, path);
    }

    /// <summary>How many URIs an endpoint keeps.</summary>
    internal static int CountKept(UpstreamEndpoint endpoint) =>
        endpoint.TransportState is EndpointUri first ? 1 + (first._others?.Count(static uri => uri is not null) ?? 0) : 0;

    private static EndpointUri GetOrAdd(UpstreamEndpoint endpoint, EndpointUri? first, FrequentPath path)
    {
        // A path whose place has been taken is not known any more, so the first one makes room for the path that took it.
        if (first is null || first._path.Index == path.Index)
        {
            EndpointUri made = Make(endpoint, path);
            made._others = first?._others;
            Volatile.Write(ref endpoint.TransportState, made);
            return made;
        }

        EndpointUri?[] others = Volatile.Read(ref first._others) ?? first.GetOrCreateOthers();
        EndpointUri? kept = Volatile.Read(ref others[path.Index]);
        if (kept is null || !ReferenceEquals(kept._path, path))
        {
            kept = Make(endpoint, path);
            Volatile.Write(ref others[path.Index], kept);
        }

        return kept;
    }

    private static EndpointUri Make(UpstreamEndpoint endpoint, FrequentPath path) => new(string.Concat(endpoint.AuthorityAndBasePath, path.PathAndQuery), path);

    private EndpointUri?[] GetOrCreateOthers()
    {
        var made = new EndpointUri?[FrequentPaths.Capacity];
        return Interlocked.CompareExchange(ref _others, made, null) ?? made;
    }
}
