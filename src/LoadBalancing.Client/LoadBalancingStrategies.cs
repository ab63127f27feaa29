namespace LoadBalancing.Client;

/// <summary>The names of the built-in strategies.</summary>
public static class LoadBalancingStrategies
{
    /// <summary>Endpoints in turn, from a random start; with unequal weights in proportion, evenly interleaved.</summary>
    public const string RoundRobin = "RoundRobin";

    /// <summary>A random endpoint, in proportion to the weights.</summary>
    public const string Random = "Random";

    /// <summary>
    /// Draws two different endpoints by weight and picks the one with fewer attempts in flight. <see cref="LoadBalancingOptions.LeastRequest"/> sets how many
    /// are drawn.
    /// </summary>
    public const string LeastRequest = "LeastRequest";

    /// <summary>The endpoint with the fewest attempts in flight for its weight, of all; a random one among equals.</summary>
    public const string LeastConnections = "LeastConnections";

    /// <summary>
    /// Draws three different endpoints and picks the one with the shortest expected wait, by recent latency and attempts in flight. For endpoints of unequal
    /// or changing speed.
    /// </summary>
    public const string LeastLoad = "LeastLoad";

    /// <summary>The owner of the request's hash on a ring, the same that Envoy finds.</summary>
    public const string RingHash = "RingHash";

    /// <summary>
    /// The owner of the request's hash in a Maglev table, the same that Envoy finds: faster and more even than a ring, while a few more keys move when the
    /// set changes.
    /// </summary>
    public const string Maglev = "Maglev";

    /// <summary>The endpoint that ranks first for the request's hash: the fewest keys move when the set changes. Each pick is O(n).</summary>
    public const string Rendezvous = "Rendezvous";
}
