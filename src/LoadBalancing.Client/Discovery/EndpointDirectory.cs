namespace LoadBalancing.Client;

/// <summary>
/// Turns what the sources describe into the members of a cluster: joins the lists of all sources, and finds for each description the endpoint that is already
/// there, with everything that is known of it. Not safe for several threads; the cluster's publisher takes care of that.
/// </summary>
internal sealed class EndpointDirectory
{
    private readonly Dictionary<string, EndpointUpdate> _updates = new(StringComparer.Ordinal);
    private readonly List<string> _sources = [];
    private readonly AvailabilityVersion _availabilityVersion = new();
    private Dictionary<EndpointIdentity, UpstreamEndpoint> _endpoints = [];

    /// <summary>The list of this source that is in force; null: it has not spoken yet.</summary>
    public EndpointUpdate? LastUpdateOf(string source) => _updates.GetValueOrDefault(source);

    /// <summary>Puts a source's list in the place of its last one.</summary>
    /// <param name="source">Whose list it is. Lists are joined in the order in which their sources first spoke.</param>
    /// <param name="list">The list.</param>
    /// <param name="removed">The endpoints that no source describes any more.</param>
    /// <returns>All members, in order.</returns>
    public UpstreamEndpoint[] ApplyUpdate(string source, EndpointUpdate list, out List<UpstreamEndpoint> removed)
    {
        if (!_updates.ContainsKey(source))
        {
            _sources.Add(source);
        }

        _updates[source] = list;
        var members = new Dictionary<EndpointIdentity, UpstreamEndpoint>(_endpoints.Count);
        var ordered = new List<UpstreamEndpoint>(_endpoints.Count);
        foreach (string name in _sources)
        {
            foreach (EndpointUpdateEntry listed in _updates[name].Endpoints)
            {
                if (!members.ContainsKey(listed.Identity))
                {
                    UpstreamEndpoint endpoint = Find(listed.Identity, listed.Description, load: null);
                    members.Add(listed.Identity, endpoint);
                    ordered.Add(endpoint);
                }
            }
        }

        removed = [.. _endpoints.Where(member => !members.ContainsKey(member.Key)).Select(static member => member.Value)];
        _endpoints = members;
        return [.. ordered];
    }

    /// <summary>Takes members of another cluster for one's own: each is an endpoint with a health of its own, and with the load of its address, which both share.</summary>
    /// <param name="others">The members of the other.</param>
    /// <param name="removed">The endpoints that are no members any more.</param>
    /// <returns>All members, in order.</returns>
    public UpstreamEndpoint[] MirrorEndpoints(UpstreamEndpoint[] others, out List<UpstreamEndpoint> removed)
    {
        UpstreamEndpoint[] ordered = Array.ConvertAll(others, other => Find(other.Identity, other.Description, other.Load));
        Dictionary<EndpointIdentity, UpstreamEndpoint> members = ordered.ToDictionary(static endpoint => endpoint.Identity);
        removed = [.. _endpoints.Values.Where(member => !members.ContainsKey(member.Identity))];
        _endpoints = members;
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
