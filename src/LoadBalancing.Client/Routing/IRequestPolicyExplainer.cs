namespace LoadBalancing.Client;

/// <summary>Explains which policy applies to a request, without sending it. Resolve it from the service provider. Thread-safe.</summary>
public interface IRequestPolicyExplainer
{
    /// <summary>Finds the route of a request, and lists the values that apply to it with their sources.</summary>
    /// <param name="serviceName">The name under which the service was registered or configured.</param>
    /// <param name="request">The request, with an absolute address; not modified.</param>
    /// <returns>The policy at this time; a reload may change it.</returns>
    /// <exception cref="ArgumentException">There is no such service, or the request has no absolute address.</exception>
    /// <exception cref="InvalidOperationException">The request selects a route that does not exist.</exception>
    RequestPolicy Explain(string serviceName, HttpRequestMessage request);
}
