namespace LoadBalancing.Client;

/// <summary>
/// One address of a service as somebody wrote it down: an item of <see cref="LoadBalancingOptions.Endpoints"/>, or of a list that an
/// <see cref="IEndpointSource"/> yields. A string converts to one, so <c>Endpoints = ["http://10.0.0.1:8080"]</c> compiles.
/// </summary>
/// <remarks>
/// Two descriptions mean the same endpoint when their addresses, brought to normal form, and their host names are equal. An endpoint
/// that is still described after an update keeps its counters and its ejection, whatever else of its description changed.
/// Not safe for writing from several threads.
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
    /// is put before the path of every request. Query, fragment and user information are refused. <c>HttpClient</c> uses the first two schemes.
    /// </summary>
    public string Address { get; set; } = "";

    /// <summary>The endpoint's share relative to the others. Above 0; default 1; the sum over a service is at most 2^32-1.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>
    /// The host name that this endpoint is asked for, in <c>Host</c> and in TLS (SNI and certificate), with a port if the server wants one in <c>Host</c>. Null,
    /// the default: the name that the caller used, which is what endpoints given by IP address need.
    /// </summary>
    public string? Hostname { get; set; }

    /// <summary>
    /// The text by which strategies that hash tell this endpoint from the others. Null, the default: its address and port. Given one that outlasts its address, like the name of a StatefulSet's pod, it keeps
    /// its keys when the address changes.
    /// </summary>
    public string? HashKey { get; set; }

    /// <summary>
    /// Whether the endpoint is about to leave: it keeps the callers that <see cref="LoadBalancingOptions.SessionAffinity"/> has put on it and gets no others. Default false. When all endpoints are, none is
    /// treated so.
    /// </summary>
    public bool Draining { get; set; }

    /// <summary>
    /// How soon the endpoint is used: those of 0 first, those of a higher number only as far as too few of the lower ones are in service. 0 to 127; default 0. Numbers that nobody has are passed over.
    /// </summary>
    public int Priority { get; set; }

    /// <summary>Where the endpoint is: <c>region</c>, <c>region/zone</c> or <c>region/zone/subzone</c>. Null, the default: not known. What follows from it says <see cref="LoadBalancingOptions.Locality"/>.</summary>
    public string? Locality { get; set; }

    /// <summary>
    /// What tells groups of endpoints apart, like <c>version</c> = <c>v2</c>; names and values are compared case included. Empty by default. <see cref="UpstreamEndpoint.Labels"/> shows them.
    /// </summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    /// <summary>Makes a description of an address with everything else at its default.</summary>
    /// <param name="address">See <see cref="Address"/>.</param>
    public static implicit operator EndpointDescription(string address) => FromString(address);

    /// <summary>Makes a description of an address with everything else at its default.</summary>
    /// <param name="address">See <see cref="Address"/>.</param>
    public static EndpointDescription FromString(string address) => new(address);

    /// <inheritdoc/>
    public override string ToString() => Address;
}
