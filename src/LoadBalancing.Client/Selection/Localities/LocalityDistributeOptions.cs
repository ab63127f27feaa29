namespace LoadBalancing.Client;

/// <summary>Where the requests of callers in one place go.</summary>
public sealed class LocalityDistributeOptions
{
    /// <summary>The pattern of the callers' place. Default <c>*</c>: everywhere.</summary>
    public string From { get; set; } = "*";

    /// <summary>
    /// Weights by pattern of the endpoints' place, relative to one another; Istio's add up to 100. Localities of one pattern share its weight by the weights of their endpoints. An endpoint in none of them gets nothing, unless all
    /// endpoints would be left out: then the entry does not count.
    /// </summary>
    public IDictionary<string, double> To { get; set; } = new Dictionary<string, double>();
}
