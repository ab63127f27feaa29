namespace LoadBalancing.Client;

/// <summary>A picker that knows whom it will yield next.</summary>
internal interface IForesightedPicker : IEndpointPicker
{
    /// <summary>Has the processor fetch what the requests that get the next endpoints will read of them. Changes nothing.</summary>
    void PrefetchNext();
}
