namespace LoadBalancing.Client;

/// <summary>Draws one of those it is offered, each as likely as its weight, without knowing beforehand how many will come.</summary>
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
