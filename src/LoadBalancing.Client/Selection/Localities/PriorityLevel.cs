namespace LoadBalancing.Client;

/// <summary>The endpoints of one priority, while a snapshot is being built.</summary>
internal sealed class PriorityLevel
{
    public PriorityLevel(UpstreamEndpoint[] members, SlowStartWeights ramping)
    {
        Endpoints = members;
        Available = Array.FindAll(members, static endpoint => endpoint.IsAvailable);
        Tested = Array.Exists(members, static endpoint => endpoint.Health == EndpointHealth.Untested) ? Array.FindAll(members, static endpoint => endpoint.Health != EndpointHealth.Untested) : members;
        AvailableCapacity = ramping.IsNone ? Available.Length : Available.Sum(ramping.AvailableCapacityOf);
    }

    public UpstreamEndpoint[] Endpoints { get; }

    public UpstreamEndpoint[] Available { get; }

    /// <summary>Who has yet to pass a first check is neither well nor ill, and gets no traffic in panic either (Envoy leaves them out as well).</summary>
    public UpstreamEndpoint[] Tested { get; }

    /// <summary>How many are in service, those in slow start counted for the part that they are up to.</summary>
    public double AvailableCapacity { get; }
}
