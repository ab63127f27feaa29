namespace LoadBalancing.Client.Tests.Health.Outliers;

/// <summary>Ignores all ejection events.</summary>
internal sealed class IgnoredEjectionEvents : IEjectionEvents
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
