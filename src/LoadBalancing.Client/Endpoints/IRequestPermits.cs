namespace LoadBalancing.Client;

/// <summary>Where a lease gives back the place that its attempt took among the requests that a cluster may have under way.</summary>
internal interface IRequestPermits
{
    /// <summary>Gives one place back. Called once for each, also by finalizers, so it must not throw.</summary>
    void Release();

    /// <summary>Takes note that an endpoint has room for another attempt, without a place being given back.</summary>
    void OnCapacityFreed();
}
