namespace LoadBalancing.Client;

/// <summary>
/// The URI of a frequent path at one endpoint, cached by the endpoint for the next request with that path. With many endpoints, the memory of the
/// picked endpoint is usually not in the processor's
/// caches, so a lookup touches little of it: the first path is one object away, and that object has its own path and the reference to the others.
/// </summary>
internal sealed class EndpointUri : Uri
{
    private readonly FrequentPath _path;

    /// <summary>The URIs of further paths, by index; null when there are none, and in those URIs themselves.</summary>
    private EndpointUri?[]? _others;

    private EndpointUri(string text, FrequentPath path, in UriCreationOptions options)
        : base(text, options) => _path = path;

    /// <summary>Gets the URI of a path at an endpoint, cached or new.</summary>
    public static Uri Of(UpstreamEndpoint endpoint, string pathAndQuery, FrequentPaths paths)
    {
        if (paths.Find(pathAndQuery) is not { } path)
        {
            return ExactUri.Create(string.Concat(endpoint.AuthorityAndBasePath, pathAndQuery));
        }

        var first = (EndpointUri?)Volatile.Read(ref endpoint.TransportState);
        return first is not null && ReferenceEquals(first._path, path) ? first : GetOrAdd(endpoint, first, path);
    }

    /// <summary>The number of URIs that an endpoint caches.</summary>
    internal static int CountKept(UpstreamEndpoint endpoint) =>
        endpoint.TransportState is EndpointUri first ? 1 + (first._others?.Count(static uri => uri is not null) ?? 0) : 0;

    private static EndpointUri GetOrAdd(UpstreamEndpoint endpoint, EndpointUri? first, FrequentPath path)
    {
        // A path whose index was reused is no longer frequent, so the first URI is replaced by that of the new path.
        if (first is null || first._path.Index == path.Index)
        {
            EndpointUri created = Make(endpoint, path);
            created._others = first?._others;
            Volatile.Write(ref endpoint.TransportState, created);
            return created;
        }

        EndpointUri?[] others = Volatile.Read(ref first._others) ?? first.GetOrCreateOthers();
        EndpointUri? cached = Volatile.Read(ref others[path.Index]);
        if (cached is null || !ReferenceEquals(cached._path, path))
        {
            cached = Make(endpoint, path);
            Volatile.Write(ref others[path.Index], cached);
        }

        return cached;
    }

    private static EndpointUri Make(UpstreamEndpoint endpoint, FrequentPath path)
    {
        string text = string.Concat(endpoint.AuthorityAndBasePath, path.PathAndQuery);
        var uri = new EndpointUri(text, path, ExactUri.Ordinary);
        return ExactUri.IsExact(uri, text) ? uri : new EndpointUri(text, path, ExactUri.Verbatim);
    }

    private EndpointUri?[] GetOrCreateOthers()
    {
        var created = new EndpointUri?[FrequentPaths.Capacity];
        return Interlocked.CompareExchange(ref _others, created, null) ?? created;
    }
}
