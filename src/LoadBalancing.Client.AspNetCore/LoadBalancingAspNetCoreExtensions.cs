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
        services.TryAddSingleton<ICallerContext, HttpContextCallerContext>();
        return services;
    }

    /// <summary>
    /// Takes the keys of stateful affinity from ASP.NET Core's Data Protection, so that there is nothing to configure beside its key ring: instances that share the ring and the application's name
    /// (<c>SetApplicationName</c>) read each other's cookies, a new key of the ring signs from its activation on, older ones still count, and a revoked one counts no longer. Stateful affinity is switched on if it is not yet.
    /// </summary>
    /// <remarks>
    /// Signing keys are derived from the secrets of the ring, at the start, when this process changes the ring, and every 12 hours. Keys in the options (<see cref="SessionAffinityOptions.Keys"/>) still count, after those
    /// of the ring, which is how to move from the one to the other.
    /// </remarks>
    /// <param name="builder">The balanced client.</param>
    /// <returns>The balanced client.</returns>
    public static IHttpLoadBalancingBuilder UseDataProtectionKeys(this IHttpLoadBalancingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddDataProtection();
        builder.Services.TryAddSingleton<AffinityKeyRing>();
        return builder.Configure(
            static (options, services) =>
            {
                options.SessionAffinity ??= new SessionAffinityOptions();
                options.SessionAffinity.Keys = [.. services.GetRequiredService<AffinityKeyRing>().ReadKeys(), .. options.SessionAffinity.Keys ?? []];
            },
            static services => services.GetRequiredService<AffinityKeyRing>().GetChangeToken());
    }
}
