namespace LoadBalancing.Client;

/// <summary>A point in time at which certain endpoints were all available and unlimited.</summary>
internal readonly struct AllAvailable
{
    private readonly AvailabilityVersion? _version;
    private readonly int _capturedValue;

    private AllAvailable(AvailabilityVersion version, int count)
    {
        _version = version;
        _capturedValue = count;
    }

    /// <summary>Whether they still are. Also false when another endpoint of the cluster has changed, or when the cluster keeps no version.</summary>
    public bool Holds => _version is not null && _version.Value == _capturedValue;

    /// <param name="endpoints">Endpoints of one cluster.</param>
    /// <returns>The current point in time if all of them are available and unlimited; otherwise a value that never holds.</returns>
    public static AllAvailable Capture(UpstreamEndpoint[] endpoints)
    {
        if (endpoints is not [{ AvailabilityVersion: { } version }, ..])
        {
            return default;
        }

        // Read before the endpoints: a change in between must not go unnoticed.
        int count = version.Value;
        return Array.TrueForAll(endpoints, static endpoint => endpoint.IsUnrestricted) ? new AllAvailable(version, count) : default;
    }
}
