namespace LoadBalancing.Client;

/// <summary>A moment in which certain endpoints were all in service, without limits.</summary>
internal readonly struct AllAvailable
{
    private readonly AvailabilityVersion? _version;
    private readonly int _capturedValue;

    private AllAvailable(AvailabilityVersion changes, int count)
    {
        _version = changes;
        _capturedValue = count;
    }

    /// <summary>Whether they still are. False may also mean that somebody else has gone or come, or that nobody counts.</summary>
    public bool Holds => _version is not null && _version.Value == _capturedValue;

    /// <param name="endpoints">Members of one cluster.</param>
    /// <returns>This moment, if they are all in service.</returns>
    public static AllAvailable Capture(UpstreamEndpoint[] endpoints)
    {
        if (endpoints is not [{ AvailabilityVersion: { } changes }, ..])
        {
            return default;
        }

        // Counted before anybody is looked at: what changes in between must not go unnoticed.
        int count = changes.Value;
        return Array.TrueForAll(endpoints, static endpoint => endpoint.IsUnrestricted) ? new AllAvailable(changes, count) : default;
    }
}
