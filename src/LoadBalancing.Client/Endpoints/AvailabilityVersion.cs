namespace LoadBalancing.Client;

/// <summary>
/// Counts every change of an endpoint's availability or limit within one cluster, so that a pick can tell from one read, without visiting any endpoint, that
/// nothing has changed.
/// </summary>
internal sealed class AvailabilityVersion
{
    private int _value;

    public int Value => Volatile.Read(ref _value);

    /// <summary>Call it after the change is visible and before its originator is notified of completion.</summary>
    public void Increment() => Interlocked.Increment(ref _value);
}
