namespace LoadBalancing.Client;

/// <summary>Where consequences of ejections and returns go: published, counted, and logged by one background writer, never by the request that caused them.</summary>
internal interface IHealthEvents
{
    void OnEjected(UpstreamEndpoint endpoint, string detector, string reason, TimeSpan length);

    void OnEjectionRefused(UpstreamEndpoint endpoint, string detector, string reason);

    void OnReturned(UpstreamEndpoint endpoint);
}
