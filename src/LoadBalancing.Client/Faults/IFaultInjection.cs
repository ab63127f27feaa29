namespace LoadBalancing.Client;

/// <summary>
/// Injects faults into a service that runs, on top of those in its options, until they are taken out again: for an exercise, or for one test. Ask the service provider for it.
/// </summary>
/// <remarks>Safe for use from any number of threads. Requests of other service providers are not touched.</remarks>
public interface IFaultInjection
{
    /// <summary>Begins to inject faults. Several at a time lie around each other, the last one outermost; each is drawn for itself.</summary>
    /// <param name="serviceName">The name under which the service was registered or configured.</param>
    /// <param name="fault">What to inject; read now, and not again.</param>
    /// <param name="appliesTo">Which requests may be hit; null: all. Asked for each request, or each attempt, on the request's own flow, so that it may look at an <see cref="AsyncLocal{T}"/>. It must be quick and must not throw.</param>
    /// <returns>Ends it when it is disposed. A request that has begun keeps the faults that it began with.</returns>
    /// <exception cref="ArgumentException">There is no such service, or the faults are not valid; the message lists everything that is wrong.</exception>
    IInjectedFault Inject(string serviceName, FaultOptions fault, Func<HttpRequestMessage, bool>? appliesTo = null);
}
