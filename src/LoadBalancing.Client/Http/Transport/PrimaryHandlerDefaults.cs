using System.Runtime.CompilerServices;
using Microsoft.Extensions.Http;

namespace LoadBalancing.Client;

/// <summary>The defaults of the primary handler of a load-balanced client, applied before the user's own configuration.</summary>
internal static class PrimaryHandlerDefaults
{
    /// <summary>The handlers that started from these defaults; a handler with which the user replaced one is not among them.</summary>
    private static readonly ConditionalWeakTable<SocketsHttpHandler, object> Applied = [];

    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    public static void Apply(HttpMessageHandlerBuilder builder)
    {
        if (builder.PrimaryHandler is SocketsHttpHandler handler)
        {
            // Below the load balancing, cookies would be stored per endpoint and redirects would lead to one endpoint's own address.
            handler.UseCookies = false;
            handler.AllowAutoRedirect = false;

            // Host names of endpoints are resolved only when a connection is opened, so connections must not live forever.
            handler.PooledConnectionLifetime = ConnectionLifetime;

            // Otherwise the request after the last stream of the only connection waits here while the endpoint is idle.
            handler.EnableMultipleHttp2Connections = true;
            Applied.AddOrUpdate(handler, Applied);
        }
    }

    public static bool WereApplied(SocketsHttpHandler handler) => Applied.TryGetValue(handler, out _);

    /// <summary>Disables the load balancing of gRPC's client, which would use its own when it finds a SocketsHttpHandler.</summary>
    public static void DisableGrpcLoadBalancing(HttpMessageHandler primary)
    {
        if (primary is SocketsHttpHandler handler)
        {
            handler.Properties["__GrpcLoadBalancingDisabled"] = true;
        }
    }
}
