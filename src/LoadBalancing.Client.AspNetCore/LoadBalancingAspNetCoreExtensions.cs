using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Connects load-balanced clients with the inbound requests of ASP.NET Core.</summary>
public static class LoadBalancingAspNetCoreExtensions
{
    /// <summary>
    /// Makes the inbound request available to hash policies and session affinity of all clients: its caller's address, as set by the forwarded-headers
    /// middleware, and its headers and cookies where the outbound request does not have them. Affinity cookies are added to its response, unless that has
    /// started or the application sets a cookie of the same name.
    /// </summary>
    /// <remarks>Only values named by policies are read, and they are hashed, not forwarded. Calls outside a request have no caller.</remarks>
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
    /// Derives the keys of session affinity from ASP.NET Core Data Protection, so that only its key ring needs configuration. Instances that share the ring and
    /// the application name (<c>SetApplicationName</c>) accept each other's cookies. A new key of the ring signs after its activation, older keys remain
    /// valid, and revoked keys are rejected. Session affinity is enabled if it is not yet.
    /// </summary>
    /// <remarks>
    /// Signing keys are derived from the secrets of the ring at startup, when this process changes the ring, and every 12 hours. Keys in the options
    /// (<see cref="SessionAffinityOptions.Keys"/>) remain valid after those of the ring, to migrate from one to the other.
    /// </remarks>
    /// <param name="builder">The load-balanced client.</param>
    /// <returns>The load-balanced client.</returns>
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
