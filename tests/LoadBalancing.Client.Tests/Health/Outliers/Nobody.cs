namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Somebody who does not care.</summary>
internal sealed class Nobody : IEjectionEvents
{
    public void OnEjected(EjectionEvent ejection)
    {
    }

    public void OnEjectionRefused(EjectionEvent ejection)
    {
    }

    public void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset at)
    {
    }
}
