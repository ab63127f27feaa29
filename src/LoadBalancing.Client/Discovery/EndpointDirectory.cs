namespace LoadBalancing.Client;

/// <summary>
/// Turns the updates of all sources into the endpoints of a cluster: joins them, and finds for each description the existing endpoint with its state.
/// Not thread-safe; the cluster serializes calls.
/// </summary>
internal sealed class EndpointDirectory
{
    private readonly Dictionary<string, EndpointUpdate> _updates = new(StringComparer.Ordinal);
    private readonly List<string> _sources = [];
    private readonly AvailabilityVersion _availabilityVersion = new();
    private Dictionary<EndpointIdentity, UpstreamEndpoint> _endpoints = [];

    /// <summary>The source's update in force; null before its first.</summary>
    public EndpointUpdate? LastUpdateOf(string source) => _updates.GetValueOrDefault(source);

    /// <summary>Replaces a source's last update.</summary>
    /// <param name="source">The source. Updates are joined in the order of the sources' first updates.</param>
    /// <param name="update">The update.</param>
    /// <param name="removed">The endpoints that no source describes any more.</param>
    /// <returns>All endpoints, in order.</returns>
    public UpstreamEndpoint[] ApplyUpdate(string source, EndpointUpdate update, out List<UpstreamEndpoint> removed)
    {
        if (!_updates.ContainsKey(source))
        {
            _sources.Add(source);
        }

        _updates[source] = update;
        var endpoints = new Dictionary<EndpointIdentity, UpstreamEndpoint>(_endpoints.Count);
        var ordered = new List<UpstreamEndpoint>(_endpoints.Count);
        foreach (string name in _sources)
        {
            foreach (EndpointUpdateEntry entry in _updates[name].Endpoints)
            {
                if (!endpoints.ContainsKey(entry.Identity))
                {
                    UpstreamEndpoint endpoint = Find(entry.Identity, entry.Description, load: null);
                    endpoints.Add(entry.Identity, endpoint);
                    ordered.Add(endpoint);
                }
            }
        }

        removed = [.. _endpoints.Where(known => !endpoints.ContainsKey(known.Key)).Select(static known => known.Value)];
        _endpoints = endpoints;
        return [.. ordered];
    }

    /// <summary>Mirrors the endpoints of another cluster: each has a health of its own and shares the load of its address.</summary>
    /// <param name="others">The endpoints of the other cluster.</param>
    /// <param name="removed">The endpoints that no longer belong to this cluster.</param>
    /// <returns>All endpoints, in order.</returns>
    public UpstreamEndpoint[] MirrorEndpoints(UpstreamEndpoint[] others, out List<UpstreamEndpoint> removed)
    {
        UpstreamEndpoint[] ordered = Array.ConvertAll(others, other => Find(other.Identity, other.Description, other.Load));
        Dictionary<EndpointIdentity, UpstreamEndpoint> endpoints = ordered.ToDictionary(static endpoint => endpoint.Identity);
        removed = [.. _endpoints.Values.Where(known => !endpoints.ContainsKey(known.Identity))];
        _endpoints = endpoints;
        return ordered;
    }

    private UpstreamEndpoint Find(EndpointIdentity identity, EndpointDescription description, EndpointLoad? load)
    {
        if (_endpoints.TryGetValue(identity, out UpstreamEndpoint? known))
        {
            known.Description = description;
            return known;
        }

        return new UpstreamEndpoint(identity, description, load ?? new EndpointLoad(), _availabilityVersion);
    }
}
