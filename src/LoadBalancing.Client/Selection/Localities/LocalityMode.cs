namespace LoadBalancing.Client;

/// <summary>What the places of endpoints have to say about where requests go.</summary>
public enum LocalityMode
{
    /// <summary>Nothing: all endpoints of a priority are alike, wherever they are.</summary>
    Off = 0,

    /// <summary>The nearest endpoints first, others when too few of those are in service: by how much of their <see cref="EndpointDescription.Locality"/> they share with <see cref="LocalityOptions.Self"/>, or by labels.</summary>
    Failover,

    /// <summary>Shares from here to there, as <see cref="LocalityOptions.Distribute"/> says.</summary>
    Distribute,

    /// <summary>Each locality by the weights of its endpoints, or by <see cref="LocalityOptions.Weights"/>. A locality that loses endpoints loses traffic only when the others there can no longer carry it.</summary>
    Weighted,

    /// <summary>As much as possible stays in the caller's own zone without the endpoints of any zone getting more than those of others. Needs to know how the callers are spread: <see cref="ZoneAwareOptions.Callers"/>.</summary>
    ZoneAware,
}
