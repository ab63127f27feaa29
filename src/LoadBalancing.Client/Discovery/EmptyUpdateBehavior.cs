namespace LoadBalancing.Client;

/// <summary>What an empty endpoint update does after one that was not empty.</summary>
public enum EmptyUpdateBehavior
{
    /// <summary>
    /// The known endpoints stay: a source that suddenly reports none is more likely wrong than a service without endpoints. Logged and counted.
    /// </summary>
    Keep = 0,

    /// <summary>The update is applied: requests fail with <see cref="NoEndpointAvailableException"/> until there are endpoints again.</summary>
    Accept,
}
