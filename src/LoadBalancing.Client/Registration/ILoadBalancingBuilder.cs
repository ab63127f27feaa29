using LoadBalancing.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Configures load balancing of one service: its options (<c>Configure</c>, <c>ReplaceConfiguration</c>) and its endpoint sources (<c>AddEndpointSource</c>).
/// <c>AddLoadBalancer</c> returns this interface, and registrations of clients return <see cref="IHttpLoadBalancingBuilder"/>.
/// </summary>
/// <remarks>
/// The options of a service are built when it starts and at each reload, in these steps. Each step overrides the previous ones value by value; a list replaces
/// a list as a whole:
/// <list type="number">
/// <item>The options that <c>ConfigureHttpClientDefaults</c> sets for all clients. Not applied to a balancer without a client.</item>
/// <item>
/// The section <c>LoadBalancing:{name}</c> of the application's configuration, or the section given to <c>ReplaceConfiguration</c> instead. A registration call
/// with a <c>configure</c> action does not read <c>LoadBalancing:{name}</c>; a section given to <c>ReplaceConfiguration</c> is read there too.
/// </item>
/// <item>The action of the registration call, then every <c>Configure</c> call, in call order.</item>
/// </list>
/// Implemented only by this library; its methods reject other implementations. Used while services are registered. Not thread-safe.
/// </remarks>
public interface ILoadBalancingBuilder
{
    /// <summary>
    /// Gets the name of the service: the name of its client, or of the balancer in <see cref="ILoadBalancerProvider"/>. Null under
    /// <c>ConfigureHttpClientDefaults</c>, as in the platform's own builder.
    /// </summary>
    string Name { get; }

    /// <summary>Gets the service collection in which the service is registered.</summary>
    IServiceCollection Services { get; }
}
