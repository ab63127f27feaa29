namespace LoadBalancing.Client;

/// <summary>What the observable instruments read of one endpoint when a collector asks.</summary>
internal readonly record struct EndpointReading(
    string ServerAddress,
    int ServerPort,
    string State,
    int InFlight,
    long Succeeded,
    long Failed,
    long Neutral);
