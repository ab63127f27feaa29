namespace LoadBalancing.Client;

/// <summary>
/// The weights of endpoints under a strategy that hashes where localities have shares. They are normalised once, in Envoy's order of operations: the share of
/// a locality is divided by the sum of all, an endpoint's weight is multiplied by that, and divided by the sum of its locality. Any other order rounds
/// differently, and a ring then has other entries.
/// </summary>
internal sealed class NormalizedWeights
{
    private readonly LocalityShare[] _localities;
    private readonly double _total;

    private NormalizedWeights(LocalityShare[] localities)
    {
        _localities = localities;
        _total = localities.Sum(static locality => locality.Share);
    }

    /// <param name="localities">The shares of all localities, whether or not they have an available endpoint, as in Envoy; null: they have no effect.</param>
    public static NormalizedWeights? From(LocalityShare[]? localities) => localities is null ? null : new NormalizedWeights(localities);

    /// <summary>
    /// The weights of these endpoints, which may be some or all of the localities' endpoints; they add up to 1 unless a locality has none of them.
    /// </summary>
    public double[] Of(UpstreamEndpoint[] endpoints)
    {
        var weights = new Dictionary<UpstreamEndpoint, double>(endpoints.Length);
        var included = new HashSet<UpstreamEndpoint>(endpoints);
        foreach (LocalityShare locality in _localities)
        {
            UpstreamEndpoint[] members = Array.FindAll(locality.Endpoints, included.Contains);
            double share = locality.Share / _total;
            double sum = members.Sum(static endpoint => endpoint.Weight);
            Array.ForEach(members, endpoint => weights.Add(endpoint, endpoint.Weight * share / sum));
        }

        return Array.ConvertAll(endpoints, endpoint => weights[endpoint]);
    }
}
