using System.Net;

namespace LoadBalancing.Client;

/// <summary>
/// What a primary handler looks up by the URI of a request: credentials, and whether a proxy is used. A rewritten request has the endpoint's URI, and
/// these belong to the service as the caller knows it.
/// </summary>
internal static class PrimaryHandlerLookups
{
    /// <summary>Makes a handler look up by the caller's URI. A handler that has already sent requests cannot be changed.</summary>
    public static void Install(HttpMessageHandler primary)
    {
        HttpMessageHandler handler = InnermostOf(primary);
        try
        {
            if (CredentialsOf(handler) is { } credentials and not (NetworkCredential or LogicalCredentials))
            {
                SetCredentials(handler, new LogicalCredentials(credentials));
            }

            // The proxies that Windows has configured can be several at a time, which only the platform's own class can tell.
            if (ProxyOf(handler) is { } proxy and not LogicalProxy && proxy.GetType().Name != "HttpWindowsProxy")
            {
                SetProxy(handler, new LogicalProxy(proxy));
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or NotSupportedException)
        {
            // The handler is in use already, or its platform does not support the setting: it goes on with the endpoint's URI.
        }
    }

    /// <summary>Whether the handler looks up anything by the caller's URI.</summary>
    public static bool UseLogicalUri(HttpMessageHandler primary) =>
        InnermostOf(primary) is var handler && (CredentialsOf(handler) is LogicalCredentials || ProxyOf(handler) is LogicalProxy);

    /// <summary>The proxy of a handler; null when it never uses one.</summary>
    public static IWebProxy? ProxyOf(HttpMessageHandler primary)
    {
        IWebProxy? proxy = InnermostOf(primary) switch
        {
            SocketsHttpHandler { UseProxy: true } sockets => sockets.Proxy ?? HttpClient.DefaultProxy,
            HttpClientHandler { SupportsProxy: true, UseProxy: true } handler => handler.Proxy ?? HttpClient.DefaultProxy,
            _ => null,
        };

        // The platform's proxy where none is configured, which is most often. It is recognized to save a lookup for each request.
        return proxy?.GetType().Name == "HttpNoProxy" ? null : proxy;
    }

    private static HttpMessageHandler InnermostOf(HttpMessageHandler handler)
    {
        while (handler is DelegatingHandler { InnerHandler: { } inner })
        {
            handler = inner;
        }

        return handler;
    }

    private static ICredentials? CredentialsOf(HttpMessageHandler handler) => handler switch
    {
        SocketsHttpHandler sockets => sockets.Credentials,
        HttpClientHandler client => client.Credentials,
        _ => null,
    };

    private static void SetCredentials(HttpMessageHandler handler, ICredentials credentials)
    {
        if (handler is SocketsHttpHandler sockets)
        {
            sockets.Credentials = credentials;
        }
        else if (handler is HttpClientHandler client)
        {
            client.Credentials = credentials;
        }
    }

    private static void SetProxy(HttpMessageHandler handler, IWebProxy proxy)
    {
        if (handler is SocketsHttpHandler sockets)
        {
            sockets.Proxy = proxy;
        }
        else if (handler is HttpClientHandler client)
        {
            client.Proxy = proxy;
        }
    }
}
