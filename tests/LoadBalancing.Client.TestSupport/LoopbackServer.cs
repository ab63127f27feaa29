using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// A Kestrel server on a free port of the loopback interface. It can be stopped, restarted on the same port, and made to abort its connections.
/// </summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<LoopbackRequest> _requests = new();
    private readonly ConcurrentDictionary<ConnectionContext, bool> _connections = new();
    private readonly HttpProtocols _protocols;
    private readonly X509Certificate2? _certificate;
    private WebApplication? _application;
    private int _connectionsAccepted;

    private LoopbackServer(RequestDelegate requestHandler, HttpProtocols protocols, X509Certificate2? certificate)
    {
        RequestHandler = requestHandler;
        _protocols = protocols;
        _certificate = certificate;
    }

    /// <summary>Handles requests; may be replaced at any time.</summary>
    public RequestDelegate RequestHandler { get; set; }

    public int Port { get; private set; }

    /// <summary>Scheme, IP address and port.</summary>
    public string Address => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}";

    /// <summary>The requests received so far, in order.</summary>
    public IReadOnlyList<LoopbackRequest> Requests => [.. _requests];

    public int ConnectionsAccepted => Volatile.Read(ref _connectionsAccepted);

    /// <summary>Starts a server.</summary>
    /// <param name="requestHandler">Handles requests; null: responds with 200 and the body "ok".</param>
    /// <param name="protocols">The protocols. Without a certificate, HTTP/2 requires prior knowledge.</param>
    /// <param name="certificate">The server certificate; null for plain HTTP.</param>
    public static async Task<LoopbackServer> StartAsync(
        RequestDelegate? requestHandler = null,
        HttpProtocols protocols = HttpProtocols.Http1,
        X509Certificate2? certificate = null)
    {
        var server = new LoopbackServer(requestHandler ?? (static context => context.Response.WriteAsync("ok")), protocols, certificate);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts the server again on the same port.</summary>
    public async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, Port, Listen));
        _application = builder.Build();
        _application.Run(HandleAsync);
        await _application.StartAsync();
        Port = new Uri(_application.Urls.Single()).Port;
    }

    /// <summary>Aborts all connections and stops listening.</summary>
    public async Task StopAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            AbortConnections();
            await application.StopAsync(new CancellationToken(canceled: true));
            await application.DisposeAsync();
        }
    }

    /// <summary>Shuts down gracefully: requests in flight complete, over HTTP/2 after a GOAWAY, and new ones are refused.</summary>
    public async Task ShutDownGracefullyAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            await application.StopAsync();
            await application.DisposeAsync();
        }
    }

    /// <summary>Aborts all connections, as when a process is killed.</summary>
    public void AbortConnections()
    {
        foreach (ConnectionContext connection in _connections.Keys)
        {
            connection.Abort();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private void Listen(ListenOptions options)
    {
        options.Protocols = _protocols;
        options.Use(next => async connection =>
        {
            Interlocked.Increment(ref _connectionsAccepted);
            _connections.TryAdd(connection, true);
            try
            {
                await next(connection);
            }
            finally
            {
                _connections.TryRemove(connection, out _);
            }
        });
        if (_certificate is not null)
        {
            // Kestrel records the requested server name only with a selector.
            options.UseHttps(https => https.ServerCertificateSelector = (_, _) => _certificate);
        }
    }

    private Task HandleAsync(HttpContext context)
    {
        _requests.Enqueue(new LoopbackRequest(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Host.Value ?? "",
            context.Request.Protocol,
            context.Features.Get<ITlsHandshakeFeature>()?.HostName));
        return RequestHandler(context);
    }
}
