using LoadBalancing.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Configures the balancing of one service: its options (<c>Configure</c>, <c>ReplaceConfiguration</c>) and its endpoint sources (<c>AddEndpointSource</c>).
/// <c>AddLoadBalancer</c> returns this interface, and registrations of clients return <see cref="IHttpLoadBalancingBuilder"/>.
/// </summary>
/// <remarks>
/// The options of a service are built when it starts, and again at each reload, by these steps, each overriding the ones before it value by value; a list
/// replaces a list:
/// <list type="number">
/// <item>What <c>ConfigureHttpClientDefaults</c> configures for all clients. Not for a balancer without a client.</item>
/// <item>
/// The section <c>LoadBalancing:{name}</c> of the application's configuration, or the section given to <c>ReplaceConfiguration</c> instead. A registration call
/// with a <c>configure</c> action does not read <c>LoadBalancing:{name}</c>; a section given to <c>ReplaceConfiguration</c> is read there too.
/// </item>
/// <item>The action of the registration call, then every <c>Configure</c>, in the order in which they are written.</item>
/// </list>
/// Implemented by the library alone; its methods refuse other implementations. Used while services are registered, by one thread.
/// </remarks>
public interface ILoadBalancingBuilder
{
    /// <summary>
    /// The name of the service: that of its client, or that of the balancer in <see cref="ILoadBalancerProvider"/>. Null under
    /// <c>ConfigureHttpClientDefaults</c>, as in the platform's own builder.
    /// </summary>
    string Name { get; }

    /// <summary>The service collection in which the service is registered.</summary>
    IServiceCollection Services { get; }
}
