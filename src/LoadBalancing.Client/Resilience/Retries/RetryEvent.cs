namespace LoadBalancing.Client;

/// <summary>A failed attempt that is made again. Immutable.</summary>
public sealed class RetryEvent
{
    internal RetryEvent(UpstreamEndpoint? failed, string reason, int number, TimeSpan wait)
    {
        Endpoint = failed;
        Reason = reason;
        RetryNumber = number;
        Delay = wait;
    }

    /// <summary>The endpoint of the attempt that failed; null when there was none to ask.</summary>
    public UpstreamEndpoint? Endpoint { get; }

    /// <summary>What it failed of: one of the names in <see cref="RetryConditions"/>.</summary>
    public string Reason { get; }

    /// <summary>1 for the first retry of a call.</summary>
    public int RetryNumber { get; }

    /// <summary>The wait before it; zero when it is tried at once.</summary>
    public TimeSpan Delay { get; }
}
