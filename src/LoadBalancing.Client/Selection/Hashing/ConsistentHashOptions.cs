namespace LoadBalancing.Client;

/// <summary>How the strategies that hash find the owner of a key: <c>RingHash</c>, <c>Maglev</c>, <c>Rendezvous</c>. Others take no notice of it.</summary>
public sealed class ConsistentHashOptions
{
    /// <summary>What becomes of the keys of an endpoint that is out of service. Default <see cref="UnavailableOwnerBehavior.Skip"/>; Envoy does what <see cref="UnavailableOwnerBehavior.Rebuild"/> does.</summary>
    public UnavailableOwnerBehavior OnUnavailableOwner { get; set; } = UnavailableOwnerBehavior.Skip;

    /// <summary>
    /// How full an endpoint may be, in percent of its even share of all attempts in flight, before a key goes on to the next: 125 allows a quarter more. 100 or more. Null, the default: no bound,
    /// every key stays with its owner however much is asked for. Each bounded pick that finds its owner busy adds up what is in flight on all endpoints.
    /// </summary>
    public int? HashBalanceFactor { get; set; }

    /// <summary>
    /// Whether endpoints are told apart by their host name alone (the <c>Hostname</c> of an endpoint, else the host of its address) instead of <c>address:port</c>. Default false. An endpoint's
    /// <c>HashKey</c> goes before both.
    /// </summary>
    public bool UseHostnameForHashing { get; set; }

    /// <summary>With <c>RingHash</c>: the least number of entries on the ring. 1 to <see cref="MaxRingSize"/>; default 1,024, as in Envoy. The more, the evener and the longer to build.</summary>
    public int MinRingSize { get; set; } = 1024;

    /// <summary>With <c>RingHash</c>: the largest number of entries on the ring. 1 to 8,388,608, which is the default, as in Envoy.</summary>
    public int MaxRingSize { get; set; } = 8 * 1024 * 1024;

    /// <summary>With <c>Maglev</c>: the number of slots, a prime number up to 5,000,011; default 65,537, as in Envoy. A hundred times the number of endpoints keeps shares within a percent.</summary>
    public int TableSize { get; set; } = 65537;
}
