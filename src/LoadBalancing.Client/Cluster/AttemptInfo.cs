namespace LoadBalancing.Client;

/// <summary>
/// One attempt, as a <see cref="LoadBalancerObserver"/> receives it. It is plain data: an observer cannot report or end the attempt, whose lease
/// belongs to the code that picked.
/// </summary>
/// <remarks>Immutable, and safe to store and to share between threads; it references the endpoint and nothing else. The default value describes no
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
    /// Gets the id of the attempt: the same in its pick, report and end events. Starts at 1, and is unique within one <see cref="LoadBalancer"/>, but
    /// not across balancers. Ids are assigned in the order in which attempts are first observed, so an attempt that began before the first
    /// subscription has an id too.
    /// </summary>
    public long Id { get; }

    /// <summary>Gets the picked endpoint.</summary>
    public UpstreamEndpoint Endpoint { get; }

    /// <summary>
    /// Gets the <see cref="TimeProvider.GetTimestamp"/> of the balancer's clock at the pick, in units of its <see
    /// cref="TimeProvider.TimestampFrequency"/>; 0 when the pick was not timed because it was not observed.
    /// </summary>
    public long StartTimestamp { get; }
}
