namespace LoadBalancing.Client;

/// <summary>The permits for a cluster's concurrent requests, as a lease and an endpoint see them.</summary>
internal interface IRequestPermits
{
    /// <summary>Releases one permit. Called once for each, also by finalizers, so it must not throw.</summary>
    void Release();

    /// <summary>Notifies that an endpoint has capacity for another attempt, without a permit being released.</summary>
    void OnCapacityFreed();
}
