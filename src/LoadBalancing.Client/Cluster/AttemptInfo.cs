namespace LoadBalancing.Client;

/// <summary>
/// What a <see cref="LoadBalancerObserver"/> sees of one attempt. It is data: an observer cannot report or end the attempt, whose lease belongs to the code
/// that picked.
/// </summary>
/// <remarks>Immutable, and safe to keep and to share between threads; it holds on to the endpoint and to nothing else. The default value is that of no
/// attempt and has no endpoint.</remarks>
public readonly struct AttemptInfo
{
    internal AttemptInfo(long id, UpstreamEndpoint endpoint, long startTimestamp)
    {
        Id = id;
        Endpoint = endpoint;
        StartTimestamp = startTimestamp;
    }

    /// <summary>
    /// The same for everything that happens in one attempt: its pick, its report and its end. From 1, and unique within one <see cref="LoadBalancer"/>;
    /// attempts of two of them can have the same. Ids are given in the order
    /// in which attempts are first observed, so an attempt that began before the first subscription has one as well.
    /// </summary>
    public long Id { get; }

    /// <summary>The endpoint that was picked.</summary>
    public UpstreamEndpoint Endpoint { get; }

    /// <summary>
    /// The <see cref="TimeProvider.GetTimestamp"/> of the balancer's clock at the pick, in its <see cref="TimeProvider.TimestampFrequency"/>; 0 when the pick
    /// was not timed, because nothing observed it.
    /// </summary>
    public long StartTimestamp { get; }
}
