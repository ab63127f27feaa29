using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Replaces the servers of a load-balanced client by a virtual cluster.</summary>
public static class VirtualClusterExtensions
{
    /// <summary>Sends the requests of a load-balanced client to a virtual cluster.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="cluster">The cluster. Endpoints added later are not included; use an endpoint source for them.</param>
    /// <returns>The same builder.</returns>
    public static IHttpLoadBalancingBuilder UseVirtualCluster(this IHttpLoadBalancingBuilder builder, VirtualCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.UseVirtualCluster(builder.Name, cluster);
        return builder;
    }

    /// <summary>
    /// Sends the requests of a registered load-balanced client to a virtual cluster: its endpoints and its primary handler become those of the cluster; its
    /// other options are unchanged.
    /// </summary>
    /// <remarks>
    /// A <see cref="VirtualClock"/> becomes the <see cref="TimeProvider"/> of the whole service collection, and <see cref="HttpClient.Timeout"/>, which uses
    /// the system clock, is disabled.
    /// </remarks>
    /// <param name="services">The services of the application, for example from <c>ConfigureTestServices</c>.</param>
    /// <param name="name">The name of the client and its service.</param>
    /// <param name="cluster">The cluster. Endpoints added later are not included; use an endpoint source for them.</param>
    public static IServiceCollection UseVirtualCluster(this IServiceCollection services, string name, VirtualCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(cluster);
        IHttpClientBuilder client = services.AddHttpClient(name).ConfigurePrimaryHttpMessageHandler(cluster.CreateHandler);
        if (cluster.Clock is VirtualClock)
        {
            services.Replace(ServiceDescriptor.Singleton(cluster.Clock));
            client.ConfigureHttpClient(static http => http.Timeout = Timeout.InfiniteTimeSpan);
        }

        return services.PostConfigure<LoadBalancingOptions>(name, options => options.Endpoints = [.. cluster.Descriptions]);
    }
}
