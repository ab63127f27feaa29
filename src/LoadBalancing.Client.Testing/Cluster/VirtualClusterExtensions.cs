using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts a virtual cluster in the place of the servers of a balanced client.</summary>
public static class VirtualClusterExtensions
{
    /// <summary>
    /// Sends the client's requests to a virtual cluster: its endpoints are those of the cluster, its primary handler is the cluster's, and the clock of the whole service collection is the
    /// cluster's. <see cref="HttpClient.Timeout"/>, which knows only the system's clock, is switched off; the balancing's own time limits stay.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="cluster">The cluster. Endpoints that are added later are not seen; yield them from a source instead.</param>
    public static ILoadBalancingBuilder UseVirtualCluster(this ILoadBalancingBuilder builder, VirtualCluster cluster)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(cluster);
        builder.Services.Replace(ServiceDescriptor.Singleton(cluster.Clock));
        builder.ConfigureHttpClient(static client => client.Timeout = Timeout.InfiniteTimeSpan);
        builder.ConfigurePrimaryHttpMessageHandler(cluster.CreateHandler);
        return builder.Configure(options => options.Endpoints = [.. cluster.Descriptions]);
    }
}
