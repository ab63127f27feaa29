namespace LoadBalancing.Client;

/// <summary>Draws one of the offered endpoints with the probability of its weight, without knowing their number in advance.</summary>
internal struct Reservoir
{
    private double _total;

    public UpstreamEndpoint? Drawn { get; private set; }

    public void Offer(UpstreamEndpoint endpoint, double weight, RandomSource random)
    {
        _total += weight;
        if (Drawn is null || random.NextDouble() * _total < weight)
        {
            Drawn = endpoint;
        }
    }
}
