namespace LoadBalancing.Client;

/// <summary>The client of active checks: nobody's handlers, no retries, no proxy, no cookies, no redirects.</summary>
internal static class ProbeClient
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    public static HttpMessageInvoker Make() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = ConnectionLifetime,

        // Checks are no calls of anybody: they neither begin traces nor belong to one.
        ActivityHeadersPropagator = null,
    });
}
