namespace LoadBalancing.Client;

/// <summary>The values that observable instruments read of one endpoint.</summary>
/// <param name="ServerAddress">Its host, or the path of its socket.</param>
/// <param name="ServerPort">Its port; null for a socket that has none.</param>
/// <param name="State">Its health, one of a fixed set of words.</param>
/// <param name="InFlight">Attempts in flight.</param>
/// <param name="Succeeded">Attempts that succeeded.</param>
/// <param name="Failed">Attempts that ended in a failure of the endpoint.</param>
/// <param name="Neutral">Attempts whose end says nothing about the endpoint.</param>
internal readonly record struct EndpointReading(
    string ServerAddress,
    int? ServerPort,
    string State,
    int InFlight,
    long Succeeded,
    long Failed,
    long Neutral)
{
    /// <summary>The sum of this reading and another of the same address.</summary>
    public EndpointReading Plus(EndpointReading other) => this with
    {
        InFlight = InFlight + other.InFlight,
        Succeeded = Succeeded + other.Succeeded,
        Failed = Failed + other.Failed,
        Neutral = Neutral + other.Neutral,
    };
}
