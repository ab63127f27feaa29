namespace LoadBalancing.Client;

/// <summary>Counts how often an endpoint of one cluster went out of service or came back, or was given a limit or lost it, so that a pick can tell at one glance, and without looking at any endpoint, that nothing has changed.</summary>
internal sealed class AvailabilityVersion
{
    private int _value;

    public int Value => Volatile.Read(ref _value);

    /// <summary>To be called after the change can be seen, and before whoever caused it is told that it is done.</summary>
    public void Increment() => Interlocked.Increment(ref _value);
}
