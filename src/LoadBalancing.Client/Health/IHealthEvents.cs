namespace LoadBalancing.Client;

/// <summary>Where consequences of ejections and returns go: published, counted, and logged by one background writer, never by the request that caused them.</summary>
internal interface IHealthEvents
{
    void OnEjected(EjectionEvent ejection);

    void OnEjectionRefused(EjectionEvent ejection);

    void OnReturned(UpstreamEndpoint endpoint, DateTimeOffset at);
}
