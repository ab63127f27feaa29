namespace LoadBalancing.Client;

/// <summary>The names of the built-in strategies.</summary>
public static class LoadBalancingStrategies
{
    /// <summary>One after the other in the order described, starting anywhere; with unequal weights each as often as its weight says, evenly spread.</summary>
    public const string RoundRobin = "RoundRobin";

    /// <summary>Any endpoint, each as often as its weight says.</summary>
    public const string Random = "Random";

    /// <summary>Two different endpoints drawn by weight; the one with fewer attempts in flight is taken. <see cref="LoadBalancingOptions.LeastRequest"/> says how many are drawn.</summary>
    public const string LeastRequest = "LeastRequest";

    /// <summary>The one with the fewest attempts in flight of all for its weight; among equals any.</summary>
    public const string LeastConnections = "LeastConnections";

    /// <summary>
    /// Three different endpoints drawn; the one where an attempt has the least to wait for is taken, by the latency of late and what is in flight. For endpoints of unequal or changing speed.
    /// </summary>
    public const string LeastLoad = "LeastLoad";

    /// <summary>The owner of the request's hash on a ring, the same that Envoy finds.</summary>
    public const string RingHash = "RingHash";

    /// <summary>The owner of the request's hash in a Maglev table, the same that Envoy finds: faster and evener than a ring, a few more keys move when endpoints come or go.</summary>
    public const string Maglev = "Maglev";

    /// <summary>The endpoint that ranks first for the request's hash: no more keys move than must when endpoints come or go. Looks at every endpoint for each pick.</summary>
    public const string Rendezvous = "Rendezvous";
}
