using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a virtual cluster in the place of the servers of a balanced client.</summary>
public static class VirtualClusterExtensions
{
    /// <summary>Sends the requests of a balanced client to a virtual cluster.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="cluster">The cluster. Endpoints that are added later are not seen; yield them from a source instead.</param>
    /// <returns>The same builder.</returns>
    public static IHttpLoadBalancingBuilder UseVirtualCluster(this IHttpLoadBalancingBuilder builder, VirtualCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.UseVirtualCluster(builder.Name, cluster);
        return builder;
    }

    /// <summary>
    /// Sends the requests of a client that an application has registered for balancing to a virtual cluster: its endpoints are those of the cluster, and its primary handler is the cluster's. The rest of its
    /// options stays as it is.
    /// </summary>
    /// <remarks>
    /// On a <see cref="VirtualClock"/> that clock becomes the <see cref="TimeProvider"/> of the whole service collection, and <see cref="HttpClient.Timeout"/>, which knows only the system's clock, is
    /// switched off.
    /// </remarks>
    /// <param name="services">The services of the application, as <c>ConfigureTestServices</c> gives them.</param>
    /// <param name="name">The name of the client and of its service.</param>
    /// <param name="cluster">The cluster. Endpoints that are added later are not seen; yield them from a source instead.</param>
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
