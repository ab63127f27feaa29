namespace LoadBalancing.Client;

/// <summary>A picker that can predict its next endpoints.</summary>
internal interface IForesightedPicker : IEndpointPicker
{
    /// <summary>Prefetches the memory of the next endpoints that requests will read. Changes nothing.</summary>
    void PrefetchNext();
}
