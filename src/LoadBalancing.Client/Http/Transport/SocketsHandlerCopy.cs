namespace LoadBalancing.Client;

/// <summary>Copies a <see cref="SocketsHttpHandler"/> with all the settings that the platform of this release has.</summary>
internal static class SocketsHandlerCopy
{
    /// <summary>The .NET version whose settings are all copied. On a later version a new setting would get lost, so nothing is copied there.</summary>
    private const int KnownPlatform = 10;

    public static bool IsSupported => Environment.Version.Major == KnownPlatform;

    /// <summary>Copies everything except the settings of where to connect, which the copy changes: no proxy, no callback.</summary>
    public static SocketsHttpHandler Of(SocketsHttpHandler original)
    {
        var copy = new SocketsHttpHandler
        {
            UseCookies = original.UseCookies,
            CookieContainer = original.CookieContainer,
            AutomaticDecompression = original.AutomaticDecompression,
            UseProxy = false,
            PreAuthenticate = original.PreAuthenticate,
            Credentials = original.Credentials,
            AllowAutoRedirect = original.AllowAutoRedirect,
            MaxAutomaticRedirections = original.MaxAutomaticRedirections,
            MaxConnectionsPerServer = original.MaxConnectionsPerServer,
            MaxResponseDrainSize = original.MaxResponseDrainSize,
            ResponseDrainTimeout = original.ResponseDrainTimeout,
            MaxResponseHeadersLength = original.MaxResponseHeadersLength,
            SslOptions = original.SslOptions,
            PooledConnectionLifetime = original.PooledConnectionLifetime,
            PooledConnectionIdleTimeout = original.PooledConnectionIdleTimeout,
            ConnectTimeout = original.ConnectTimeout,
            Expect100ContinueTimeout = original.Expect100ContinueTimeout,
            InitialHttp2StreamWindowSize = original.InitialHttp2StreamWindowSize,
            KeepAlivePingDelay = original.KeepAlivePingDelay,
            KeepAlivePingTimeout = original.KeepAlivePingTimeout,
            KeepAlivePingPolicy = original.KeepAlivePingPolicy,
            EnableMultipleHttp2Connections = original.EnableMultipleHttp2Connections,
            EnableMultipleHttp3Connections = original.EnableMultipleHttp3Connections,
            PlaintextStreamFilter = original.PlaintextStreamFilter,
            RequestHeaderEncodingSelector = original.RequestHeaderEncodingSelector,
            ResponseHeaderEncodingSelector = original.ResponseHeaderEncodingSelector,
            ActivityHeadersPropagator = original.ActivityHeadersPropagator,
            MeterFactory = original.MeterFactory,
        };
        foreach (KeyValuePair<string, object?> property in original.Properties)
        {
            copy.Properties[property.Key] = property.Value;
        }

        return copy;
    }

    /// <summary>
    /// Copies everything, so that the copy connects as the original does. The library's own callback, which adds nothing to that, is left out.
    /// </summary>
    public static SocketsHttpHandler WithConnectionsOf(SocketsHttpHandler original)
    {
        SocketsHttpHandler copy = Of(original);
        copy.UseProxy = original.UseProxy;
        copy.Proxy = original.Proxy;
        copy.DefaultProxyCredentials = original.DefaultProxyCredentials;
        copy.ConnectCallback = Connector.IsConnectorCallback(original.ConnectCallback) ? null : original.ConnectCallback;
        return copy;
    }
}
