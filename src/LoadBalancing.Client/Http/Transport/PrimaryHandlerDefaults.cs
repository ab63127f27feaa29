using System.Runtime.CompilerServices;
using Microsoft.Extensions.Http;

namespace LoadBalancing.Client;

/// <summary>How the primary handler of a client made for balancing starts out, before the user's own configuration.</summary>
internal static class PrimaryHandlerDefaults
{
    /// <summary>Marks the handlers that started from these defaults; a handler that the user put in its place is not among them.</summary>
    private static readonly ConditionalWeakTable<SocketsHttpHandler, object> Applied = [];

    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    public static void Apply(HttpMessageHandlerBuilder builder)
    {
        if (builder.PrimaryHandler is SocketsHttpHandler handler)
        {
            // Below the balancing, cookies would be kept per endpoint and redirects would lead to one endpoint's own address.
            handler.UseCookies = false;
            handler.AllowAutoRedirect = false;

            // Names that endpoints are given by are looked up when a connection is made, and never again while it lives.
            handler.PooledConnectionLifetime = ConnectionLifetime;
            Applied.AddOrUpdate(handler, Applied);
        }
    }

    public static bool WereApplied(SocketsHttpHandler handler) => Applied.TryGetValue(handler, out _);

    /// <summary>gRPC's client connects by itself where it finds a SocketsHttpHandler, and would then balance on its own.</summary>
    public static void DisableGrpcLoadBalancing(HttpMessageHandler primary)
    {
        if (primary is SocketsHttpHandler handler)
        {
            handler.Properties["__GrpcLoadBalancingDisabled"] = true;
        }
    }
}
