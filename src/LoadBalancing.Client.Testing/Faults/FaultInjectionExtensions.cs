using LoadBalancing.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Injects faults for one test.</summary>
public static class FaultInjectionExtensions
{
    /// <summary>
    /// Injects faults into one service until the result is disposed:
    /// <c>using (provider.InjectFaults("catalog", f => f.Abort(HttpStatusCode.InternalServerError, percent: 10))) { ... }</c>.
    /// Other service providers are not affected.
    /// </summary>
    /// <param name="services">
    /// The service provider of the clients, for example that of a host, or <c>factory.Services</c> of a <c>WebApplicationFactory</c>.
    /// </param>
    /// <param name="serviceName">The name of the service, as registered or configured.</param>
    /// <param name="configure">Configures the faults and the requests that they apply to.</param>
    /// <exception cref="ArgumentException">There is no such service, or the faults are invalid; the message lists all errors.</exception>
    /// <exception cref="InvalidOperationException">The service provider has no load-balanced clients.</exception>
    public static InjectedFaults InjectFaults(this IServiceProvider services, string serviceName, Action<FaultRules> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        var rules = new FaultRules();
        configure(rules);
        string token = Guid.NewGuid().ToString("N");
        if (rules.IsFlowScoped)
        {
            rules.Where(_ => FaultFlow.Contains(token));
        }

        IFaultInjection injection = services.GetService<IFaultInjection>()
            ?? throw new InvalidOperationException(
                "The service provider has no load-balanced clients: call AddLoadBalancedHttpClient, AddLoadBalancing or AddLoadBalancer on its "
                + "service collection.");
        IInjectedFault fault = injection.Inject(serviceName, rules.Options, rules.Condition);
        if (rules.IsFlowScoped)
        {
            FaultFlow.Add(token);
        }

        return new InjectedFaults(fault, token);
    }
}
