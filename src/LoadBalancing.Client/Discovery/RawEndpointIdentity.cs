namespace LoadBalancing.Client;

/// <summary>The parts of a description that identify its endpoint, as written.</summary>
internal readonly record struct RawEndpointIdentity(string? Address, string? Hostname)
{
    public static RawEndpointIdentity Of(EndpointDescription description) => new(description.Address, description.Hostname);
}
