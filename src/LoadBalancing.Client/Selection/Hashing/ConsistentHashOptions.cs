namespace LoadBalancing.Client;

/// <summary>How the strategies that hash (<c>RingHash</c>, <c>Maglev</c>, <c>Rendezvous</c>) find the owner of a key. Other strategies ignore it.</summary>
public sealed class ConsistentHashOptions
{
    /// <summary>
    /// What happens to the keys of an unavailable endpoint. Default <see cref="UnavailableOwnerBehavior.Skip"/>; Envoy does the same as
    /// <see cref="UnavailableOwnerBehavior.Rebuild"/>.
    /// </summary>
    public UnavailableOwnerBehavior OnUnavailableOwner { get; set; } = UnavailableOwnerBehavior.Skip;

    /// <summary>
    /// The bound on an endpoint's attempts in flight, in percent of its share of all attempts in flight, above which a key goes to the next endpoint: 125
    /// allows a quarter more. 100 or more. Null, the default: no bound,
    /// every key stays with its owner. Each bounded pick whose owner is busy sums the attempts in flight over all endpoints.
    /// </summary>
    public int? HashBalanceFactor { get; set; }

    /// <summary>
    /// Whether endpoints are identified by their host name alone (the <c>Hostname</c> of an endpoint, else the host of its address) instead of
    /// <c>address:port</c>. Default false. An endpoint's
    /// <c>HashKey</c> takes precedence over both.
    /// </summary>
    public bool UseHostnameForHashing { get; set; }

    /// <summary>
    /// With <c>RingHash</c>: the minimum number of entries on the ring. 1 to <see cref="MaxRingSize"/>; default 1,024, as in Envoy. More entries distribute
    /// more evenly and take longer to build.
    /// </summary>
    public int MinRingSize { get; set; } = 1024;

    /// <summary>With <c>RingHash</c>: the maximum number of entries on the ring. 1 to 8,388,608, which is the default, as in Envoy.</summary>
    public int MaxRingSize { get; set; } = 8 * 1024 * 1024;

    /// <summary>
    /// With <c>Maglev</c>: the number of table entries, a prime up to 5,000,011; default 65,537, as in Envoy. A hundred times the number of endpoints keeps
    /// shares within one percent.
    /// </summary>
    public int TableSize { get; set; } = 65537;
}
