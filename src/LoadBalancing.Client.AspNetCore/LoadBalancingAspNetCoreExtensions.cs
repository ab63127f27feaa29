using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Connects balanced clients with the requests that ASP.NET Core serves.</summary>
public static class LoadBalancingAspNetCoreExtensions
{
    /// <summary>
    /// Lets hash policies and stateful affinity of all clients go by the request that is being served when they are called: by its caller's address (as the forwarded-headers middleware left it), and
    /// by its headers and cookies where the outgoing request does not have them. Affinity cookies go out on its response, unless that has begun or the application sets one of the same name.
    /// </summary>
    /// <remarks>Only what the policies name is read, and it is hashed, not sent on. Calls made outside of a request have no caller.</remarks>
    /// <param name="services">The service collection.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddInboundCallerContext(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddHttpContextAccessor();
        services.TryAddSingleton<ICallerContext, InboundCaller>();
        return services;
    }
}
