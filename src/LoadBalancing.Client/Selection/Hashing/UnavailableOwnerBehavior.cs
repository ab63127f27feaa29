namespace LoadBalancing.Client;

/// <summary>What becomes of the keys of an endpoint that is out of service, with a strategy that hashes.</summary>
public enum UnavailableOwnerBehavior
{
    /// <summary>They go to whoever comes next in the order of each key, and come home when their endpoint does. All other keys stay where they are.</summary>
    Skip,

    /// <summary>The owners of all keys are found anew among those in service, as Envoy does it. Some keys of endpoints in service change their owner too.</summary>
    Rebuild,
}
