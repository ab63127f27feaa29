namespace LoadBalancing.Client;

/// <summary>What an empty list of endpoints does after one that was not empty.</summary>
public enum EmptyUpdateBehavior
{
    /// <summary>The endpoints known so far stay: a source that suddenly knows nobody is likelier to be wrong than a service that has nobody. Logged and counted.</summary>
    Keep = 0,

    /// <summary>It is taken: requests fail with <see cref="NoEndpointAvailableException"/> until there are endpoints again.</summary>
    Accept,
}
