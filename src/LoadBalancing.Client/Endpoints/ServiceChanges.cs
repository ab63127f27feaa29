namespace LoadBalancing.Client;

/// <summary>Counts how often an endpoint of one cluster went out of service or came back, or was given a limit or lost it, so that a pick can tell at one glance, and without looking at any endpoint, that nothing has changed.</summary>
internal sealed class ServiceChanges
{
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>To be called after the change can be seen, and before whoever caused it is told that it is done.</summary>
    public void Advance() => Interlocked.Increment(ref _count);
}

/// <summary>A moment in which certain endpoints were all in service, without limits.</summary>
internal readonly struct AllInService
{
    private readonly ServiceChanges? _changes;
    private readonly int _count;

    private AllInService(ServiceChanges changes, int count)
    {
        _changes = changes;
        _count = count;
    }

    /// <summary>Whether they still are. False may also mean that somebody else has gone or come, or that nobody counts.</summary>
    public bool Holds => _changes is not null && _changes.Count == _count;

    /// <param name="endpoints">Members of one cluster.</param>
    /// <returns>This moment, if they are all in service.</returns>
    public static AllInService Of(UpstreamEndpoint[] endpoints)
    {
        if (endpoints is not [{ Changes: { } changes }, ..])
        {
            return default;
        }

        // Counted before anybody is looked at: what changes in between must not go unnoticed.
        int count = changes.Count;
        return Array.TrueForAll(endpoints, static endpoint => endpoint.IsOpen) ? new AllInService(changes, count) : default;
    }
}
