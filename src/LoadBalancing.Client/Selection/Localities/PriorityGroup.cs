namespace LoadBalancing.Client;

/// <summary>The endpoints of one priority that count, while a snapshot is being built.</summary>
internal sealed class PriorityGroup
{
    public PriorityGroup(UpstreamEndpoint[] endpoints, SlowStartWeights slowStart)
    {
        Endpoints = endpoints;
        Available = Array.FindAll(endpoints, static endpoint => endpoint.IsAvailable);
        AvailableCapacity = slowStart.IsNone ? Available.Length : Available.Sum(slowStart.AvailableCapacityOf);
    }

    public UpstreamEndpoint[] Endpoints { get; }

    public UpstreamEndpoint[] Available { get; }

    /// <summary>The number of available endpoints, those in slow start counted by their fraction.</summary>
    public double AvailableCapacity { get; }
}
