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

/// <summary>A real Kestrel on a free port of the loopback interface. It can be stopped, started again on the same port, and made to drop its connections.</summary>
public sealed class LoopbackServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<LoopbackRequest> _requests = new();
    private readonly ConcurrentDictionary<ConnectionContext, bool> _connections = new();
    private readonly HttpProtocols _protocols;
    private readonly X509Certificate2? _certificate;
    private WebApplication? _application;
    private int _connectionsAccepted;

    private LoopbackServer(RequestDelegate answer, HttpProtocols protocols, X509Certificate2? certificate)
    {
        RequestHandler = answer;
        _protocols = protocols;
        _certificate = certificate;
    }

    /// <summary>What is done with requests; may be replaced at any time.</summary>
    public RequestDelegate RequestHandler { get; set; }

    public int Port { get; private set; }

    /// <summary>Scheme, IP address and port.</summary>
    public string Address => $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}";

    /// <summary>What came in so far, in order.</summary>
    public IReadOnlyList<LoopbackRequest> Requests => [.. _requests];

    public int ConnectionsAccepted => Volatile.Read(ref _connectionsAccepted);

    /// <summary>Starts a server.</summary>
    /// <param name="answer">What is done with requests; null: 200 and the body "ok".</param>
    /// <param name="protocols">Without a certificate HTTP/2 is spoken by prior knowledge only.</param>
    /// <param name="certificate">Null for plain HTTP.</param>
    public static async Task<LoopbackServer> StartAsync(RequestDelegate? answer = null, HttpProtocols protocols = HttpProtocols.Http1, X509Certificate2? certificate = null)
    {
        var server = new LoopbackServer(answer ?? (static context => context.Response.WriteAsync("ok")), protocols, certificate);
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts again, on the same port.</summary>
    public async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(options => options.Listen(IPAddress.Loopback, Port, Listen));
        _application = builder.Build();
        _application.Run(HandleAsync);
        await _application.StartAsync();
        Port = new Uri(_application.Urls.Single()).Port;
    }

    /// <summary>Drops all connections and listens no more.</summary>
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

    /// <summary>Stops as a server does that is told to: what is under way ends well, over HTTP/2 after a GOAWAY, and nothing new is taken.</summary>
    public async Task ShutDownGracefullyAsync()
    {
        if (_application is { } application)
        {
            _application = null;
            await application.StopAsync();
            await application.DisposeAsync();
        }
    }

    /// <summary>Drops all connections, as a process does that dies.</summary>
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
            // Only with a selector does Kestrel keep the name that was asked for.
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

/// <summary>One request as it came over the wire.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, not decoded.</param>
/// <param name="Host">The Host header, or its like in HTTP/2.</param>
/// <param name="Protocol">HTTP/1.1, HTTP/2.</param>
/// <param name="ServerName">The name that the client asked for in its TLS hello; null without TLS.</param>
public sealed record LoopbackRequest(string Method, string Target, string Host, string Protocol, string? ServerName);
