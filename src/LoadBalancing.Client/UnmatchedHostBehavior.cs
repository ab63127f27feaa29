namespace LoadBalancing.Client;

/// <summary>What happens to a request whose host, or whose scheme, is not balanced.</summary>
public enum UnmatchedHostBehavior
{
    /// <summary>It is sent unchanged, counted, and logged once per host or scheme.</summary>
    PassThrough = 0,

    /// <summary>It fails with an <see cref="HttpRequestException"/> whose message lists what is balanced.</summary>
    Reject,
}
