namespace LoadBalancing.Client;

/// <summary>How the localities of endpoints affect where requests go.</summary>
public enum LocalityMode
{
    /// <summary>Not at all: all endpoints of a priority are equal.</summary>
    Off = 0,

    /// <summary>
    /// The nearest endpoints first, others when too few of those are available: by the parts of <see cref="EndpointDescription.Locality"/> shared with
    /// <see cref="LocalityOptions.Self"/>, or by labels.
    /// </summary>
    Failover,

    /// <summary>By configured shares from locality to locality: <see cref="LocalityOptions.Distribute"/>.</summary>
    Distribute,

    /// <summary>
    /// Each locality by the weights of its endpoints, or by <see cref="LocalityOptions.Weights"/>. A locality that loses endpoints loses traffic only when its
    /// other endpoints can no longer carry it.
    /// </summary>
    Weighted,

    /// <summary>
    /// As much as possible stays in the caller's own zone without overloading the endpoints of any zone. Requires the distribution of the callers:
    /// <see cref="ZoneAwareOptions.Callers"/>.
    /// </summary>
    ZoneAware,
}
