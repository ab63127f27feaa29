namespace LoadBalancing.Client;

/// <summary>The client of health checks: no user handlers, no retries, no proxy, no cookies, no redirects.</summary>
internal static class ProbeClient
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    public static HttpMessageInvoker Make() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = ConnectionLifetime,

        // Health checks belong to no call: they neither start nor continue traces.
        ActivityHeadersPropagator = null,
    });
}
