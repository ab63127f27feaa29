namespace LoadBalancing.Client;

/// <summary>
/// A custom probe of endpoints, for protocols that the library does not support. Register it in the service collection and set its name in
/// <see cref="ActiveHealthCheckOptions.Probe"/>.
/// </summary>
public interface IHealthProbe
{
    /// <summary>Gets the name by which <see cref="ActiveHealthCheckOptions.Probe"/> selects the probe; case-insensitive.</summary>
    string Name { get; }

    /// <summary>
    /// Probes an endpoint. Called concurrently for different endpoints, never concurrently for the same endpoint. An exception counts as a failure;
    /// so does a probe that takes longer than
    /// <see cref="ActiveHealthCheckOptions.Timeout"/>.
    /// </summary>
    /// <param name="endpoint">The endpoint to probe.</param>
    /// <param name="cancellationToken">Cancelled when the probe times out or its result is no longer needed.</param>
    ValueTask<ProbeResult> ProbeAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken);
}
