namespace LoadBalancing.Client;

/// <summary>What happens to the keys of an unavailable endpoint under a strategy that hashes.</summary>
public enum UnavailableOwnerBehavior
{
    /// <summary>Each key goes to the next endpoint in its own order, and returns when its owner is restored. All other keys stay.</summary>
    Skip,

    /// <summary>
    /// The owners of all keys are computed again from the available endpoints, as in Envoy. Some keys of available endpoints change their owner, too.
    /// </summary>
    Rebuild,
}
