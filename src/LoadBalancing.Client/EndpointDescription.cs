namespace LoadBalancing.Client;

/// <summary>
/// Describes one endpoint of a service: an item of <see cref="LoadBalancingOptions.Endpoints"/> or of an update from an
/// <see cref="IEndpointSource"/>. A string converts to one, so <c>Endpoints = ["http://10.0.0.1:8080"]</c> compiles.
/// </summary>
/// <remarks>
/// Two descriptions are of the same endpoint when their normalized addresses and their host names are equal. An endpoint that is still
/// described after an update keeps its counters and its ejection, whatever else of its description changed. Not thread-safe. It is copied when it is
/// taken: later changes of the object have no effect.
/// </remarks>
public sealed class EndpointDescription
{
    /// <summary>Creates a description without an address, for object initialisers.</summary>
    public EndpointDescription()
    {
    }

    /// <summary>Creates a description with an address.</summary>
    /// <param name="address">See <see cref="Address"/>.</param>
    public EndpointDescription(string address) => Address = address;

    /// <summary>
    /// An absolute URI with one of the schemes <c>http</c>, <c>https</c>, <c>tcp</c>, <c>udp</c>, <c>unix</c>: <c>http://10.0.0.1:8080</c>. A path
    /// is prepended to the path of every request. Query, fragment and user information are errors. <c>HttpClient</c> uses the first two schemes.
    /// </summary>
    public string Address { get; set; } = "";

    /// <summary>The endpoint's share relative to the others. Above 0; default 1; the sum over a service is at most 2^32-1.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>
    /// The host name sent to this endpoint in <c>Host</c> and in TLS (SNI and certificate), with a port if the server needs one in <c>Host</c>. Null, the
    /// default: the name that the caller used, which is what endpoints given by IP address need.
    /// </summary>
    public string? Hostname { get; set; }

    /// <summary>
    /// The text that identifies this endpoint to strategies that hash. Null, the default: its address and port. With one that outlives the address, like the
    /// name of a StatefulSet's pod, the endpoint keeps its keys when the address changes.
    /// </summary>
    public string? HashKey { get; set; }

    /// <summary>
    /// Whether the endpoint is about to leave: it keeps the callers that <see cref="LoadBalancingOptions.SessionAffinity"/> has assigned to it and gets no
    /// others. Default false. Disregarded while all endpoints are draining.
    /// </summary>
    public bool Draining { get; set; }

    /// <summary>
    /// The priority level: 0 is used first, a higher number only as far as too few endpoints of lower numbers are available. 0 to 127; default 0. Gaps are
    /// allowed.
    /// </summary>
    public int Priority { get; set; }

    /// <summary>
    /// Where the endpoint is: <c>region</c>, <c>region/zone</c> or <c>region/zone/subzone</c>. Null, the default: unknown.
    /// <see cref="LoadBalancingOptions.Locality"/> decides what follows from it.
    /// </summary>
    public string? Locality { get; set; }

    /// <summary>
    /// Labels that group endpoints, like <c>version</c> = <c>v2</c>; names and values are case-sensitive. Empty by default. Shown by
    /// <see cref="UpstreamEndpoint.Labels"/>.
    /// </summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    /// <summary>Creates a description of an address, with defaults for everything else.</summary>
    /// <param name="address">See <see cref="Address"/>.</param>
    public static implicit operator EndpointDescription(string address) => FromString(address);

    /// <summary>Creates a description of an address, with defaults for everything else.</summary>
    /// <param name="address">See <see cref="Address"/>.</param>
    public static EndpointDescription FromString(string address) => new(address);

    /// <inheritdoc/>
    public override string ToString() => Address;

    /// <summary>A copy that its owner cannot change.</summary>
    /// <param name="labels">The labels of the copy.</param>
    internal EndpointDescription Copy(IDictionary<string, string> labels)
    {
        var copy = (EndpointDescription)MemberwiseClone();
        copy.Labels = labels;
        return copy;
    }
}
