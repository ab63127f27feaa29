namespace LoadBalancing.Client;

/// <summary>A way to check an endpoint, for protocols that the library does not know. Register it in the service collection and name it in <see cref="ActiveHealthCheckOptions.Probe"/>.</summary>
public interface IHealthProbe
{
    /// <summary>The name that <see cref="ActiveHealthCheckOptions.Probe"/> selects it by; compared without regard to case.</summary>
    string Name { get; }

    /// <summary>
    /// Checks an endpoint. Called for different endpoints at once, never twice at once for one. An exception counts as a failure; so does a check that takes longer than
    /// <see cref="ActiveHealthCheckOptions.Timeout"/>.
    /// </summary>
    /// <param name="endpoint">Whom to check.</param>
    /// <param name="cancellationToken">The check's time is up, or nobody wants to know any more.</param>
    ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken);
}
