namespace LoadBalancing.Client;

/// <summary>The endpoints of one priority, while a snapshot is being built.</summary>
internal sealed class LevelDraft
{
    public LevelDraft(UpstreamEndpoint[] members, RampWeights ramping)
    {
        Members = members;
        Available = Array.FindAll(members, static endpoint => endpoint.IsAvailable);
        Judged = Array.Exists(members, static endpoint => endpoint.Health == EndpointHealth.Untested) ? Array.FindAll(members, static endpoint => endpoint.Health != EndpointHealth.Untested) : members;
        Strength = ramping.IsNone ? Available.Length : Available.Sum(ramping.StrengthOf);
    }

    public UpstreamEndpoint[] Members { get; }

    public UpstreamEndpoint[] Available { get; }

    /// <summary>Who has yet to pass a first check is neither well nor ill, and gets no traffic in panic either (Envoy leaves them out as well).</summary>
    public UpstreamEndpoint[] Judged { get; }

    /// <summary>How many are in service, those in slow start counted for the part that they are up to.</summary>
    public double Strength { get; }
}
