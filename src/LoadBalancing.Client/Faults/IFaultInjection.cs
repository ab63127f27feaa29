namespace LoadBalancing.Client;

/// <summary>
/// Injects faults into a running service, in addition to those in its options, until they are disposed: for a chaos exercise, or for one test. Resolve it from
/// the service provider.
/// </summary>
/// <remarks>Thread-safe. Requests of other service providers are not affected.</remarks>
public interface IFaultInjection
{
    /// <summary>Starts injecting faults. Several injections nest, the last one outermost; each is drawn independently.</summary>
    /// <param name="serviceName">The name under which the service was registered or configured.</param>
    /// <param name="fault">The faults; read once, during this call.</param>
    /// <param name="appliesTo">Which requests may be affected; null: all. Called for each request or attempt in its execution context, so that it may read an
    /// <see cref="AsyncLocal{T}"/>. It must be quick and must not throw.</param>
    /// <returns>The injection; disposing it ends it. A request that has started keeps the faults it started with.</returns>
    /// <exception cref="ArgumentException">There is no such service, or the faults are invalid; the message lists all errors.</exception>
    IInjectedFault Inject(string serviceName, FaultOptions fault, Func<HttpRequestMessage, bool>? appliesTo = null);
}
