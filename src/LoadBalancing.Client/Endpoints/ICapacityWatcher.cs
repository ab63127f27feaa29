namespace LoadBalancing.Client;

/// <summary>What is notified when an endpoint has capacity for another attempt.</summary>
/// <remarks>An interface because the permits of a cluster, which wait for that, lie above endpoints.</remarks>
internal interface ICapacityWatcher
{
    /// <summary>An attempt on the endpoint is over. Called also by finalizers, so it must not throw.</summary>
    void OnCapacityFreed();
}
