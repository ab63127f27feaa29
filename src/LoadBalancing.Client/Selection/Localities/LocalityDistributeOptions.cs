namespace LoadBalancing.Client;

/// <summary>Where the requests of callers in one locality go.</summary>
public sealed class LocalityDistributeOptions
{
    /// <summary>The pattern of the callers' locality. Default <c>*</c>: all.</summary>
    public string From { get; set; } = "*";

    /// <summary>
    /// Weights by pattern of the endpoints' locality, relative to one another; Istio's add up to 100. Localities that match one pattern share its weight in
    /// proportion to the weights of their endpoints. An endpoint that matches none receives nothing, unless
    /// that would exclude all endpoints: then the entry is ignored.
    /// </summary>
    public IDictionary<string, double> To { get; set; } = new Dictionary<string, double>();
}
