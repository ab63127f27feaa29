namespace LoadBalancing.Client;

/// <summary>The endpoints of one priority while a snapshot is being built.</summary>
internal sealed class PriorityGroup
{
    public PriorityGroup(UpstreamEndpoint[] endpoints, SlowStartWeights slowStart)
    {
        Endpoints = endpoints;
        Available = Array.FindAll(endpoints, static endpoint => endpoint.IsAvailable);
        UpstreamEndpoint[] tested = Array.FindAll(endpoints, static endpoint => endpoint.Health != EndpointHealth.Untested);
        Tested = tested.Length == endpoints.Length ? endpoints : tested;
        AvailableCapacity = slowStart.IsNone ? Available.Length : Available.Sum(slowStart.AvailableCapacityOf);
    }

    public UpstreamEndpoint[] Endpoints { get; }

    public UpstreamEndpoint[] Available { get; }

    /// <summary>
    /// The endpoints without those awaiting their first health check, which count neither as healthy nor as unhealthy, and get no traffic in panic either (as
    /// in Envoy).
    /// </summary>
    public UpstreamEndpoint[] Tested { get; }

    /// <summary>The number of available endpoints, those in slow start counted by their fraction.</summary>
    public double AvailableCapacity { get; }
}
