namespace LoadBalancing.Client;

/// <summary>A retry of a failed attempt. Immutable, thread-safe.</summary>
public sealed class RetryEvent
{
    internal RetryEvent(UpstreamEndpoint? failed, string reason, int number, TimeSpan delay)
    {
        Endpoint = failed;
        Reason = reason;
        RetryNumber = number;
        Delay = delay;
    }

    /// <summary>Gets the endpoint of the failed attempt; null when no endpoint was available.</summary>
    public UpstreamEndpoint? Endpoint { get; }

    /// <summary>Gets the reason of the failure: one of the names in <see cref="RetryConditions"/>.</summary>
    public string Reason { get; }

    /// <summary>Gets the number of the retry; 1 for the first retry of a call.</summary>
    public int RetryNumber { get; }

    /// <summary>Gets the delay before the retry; zero for an immediate one.</summary>
    public TimeSpan Delay { get; }
}
