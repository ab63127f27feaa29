namespace LoadBalancing.Client;

/// <summary>Tells what holds for a request without sending it. Ask the service provider for it. Safe for use from any number of threads.</summary>
public interface IRequestPolicyExplainer
{
    /// <summary>Finds the route of a request, and says which values hold for it and where each came from.</summary>
    /// <param name="serviceName">The name under which the service was registered or configured.</param>
    /// <param name="request">The request, with an absolute address; it is not changed.</param>
    /// <returns>What holds now. A reload may change it.</returns>
    /// <exception cref="ArgumentException">There is no such service, or the request has no absolute address.</exception>
    /// <exception cref="InvalidOperationException">The request asks for a route that there is not.</exception>
    RequestPolicy Explain(string serviceName, HttpRequestMessage request);
}
