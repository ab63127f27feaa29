namespace LoadBalancing.Client;

/// <summary>What the observable instruments read of one endpoint when a collector asks.</summary>
/// <param name="ServerAddress">Its host, or the path of its socket.</param>
/// <param name="ServerPort">Null for a socket that has none.</param>
/// <param name="State">One word of a fixed few.</param>
/// <param name="InFlight">Attempts under way.</param>
/// <param name="Succeeded">Attempts that ended well.</param>
/// <param name="Failed">Attempts that ended in a failure of the endpoint.</param>
/// <param name="Neutral">Attempts that ended and say nothing about the endpoint.</param>
internal readonly record struct EndpointReading(
    string ServerAddress,
    int? ServerPort,
    string State,
    int InFlight,
    long Succeeded,
    long Failed,
    long Neutral)
{
    /// <summary>This one and another of the same address together.</summary>
    public EndpointReading Plus(EndpointReading other) => this with
    {
        InFlight = InFlight + other.InFlight,
        Succeeded = Succeeded + other.Succeeded,
        Failed = Failed + other.Failed,
        Neutral = Neutral + other.Neutral,
    };
}
