using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.Tests.Http.Probes;

/// <summary>Probes reach the servers that requests reach, by the settings of the client's primary handler.</summary>
public sealed class ProbeClientTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Probes_trust_the_root_certificate_of_the_client(bool existing)
    {
        using X509Certificate2 root = TestCertificate.For("catalog");
        await using LoopbackServer server = await LoopbackServer.StartAsync(certificate: root);
        await using var client = new BalancedClient(
            options: options => Check(options, server.Address),
            builder: builder => builder.ConfigurePrimaryHttpMessageHandler((handler, _) =>
                ((SocketsHttpHandler)handler).SslOptions = TestCertificate.Trust(root)),
            existing: existing);

        Assert.Equal(HttpStatusCode.OK, await GetAsync(client));
        Assert.Equal(ProbeResult.Healthy, client.Endpoints[0].LastProbeResult);
    }

    [Fact]
    public async Task Probes_present_the_certificate_of_the_client()
    {
        using X509Certificate2 root = TestCertificate.For("catalog");
        using X509Certificate2 own = TestCertificate.For("client");
        using X509Certificate2 withKey = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), password: null);
        var presented = new List<string?>();
        await using var server = new RawServer(async connection =>
        {
            await using var secure = new SslStream(connection.Stream);
            await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = root,
                ClientCertificateRequired = true,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            });
            lock (presented)
            {
                presented.Add(secure.RemoteCertificate?.Subject);
            }

            using var reader = new StreamReader(secure);
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
            }

            await secure.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        });
        await using var client = new BalancedClient(
            options: options => Check(options, server.Address.Replace("http:", "https:", StringComparison.Ordinal)),
            builder: builder => builder.UseSocketsHttpHandler((handler, _) =>
            {
                handler.SslOptions = TestCertificate.Trust(root);
                handler.SslOptions.ClientCertificates = [withKey];
            }));

        Assert.Equal(HttpStatusCode.OK, await GetAsync(client));
        Assert.Equal(["CN=client", "CN=client"], presented);
    }

    [Fact]
    public async Task Probes_connect_with_the_ConnectCallback_of_the_client_and_speak_the_configured_version()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(protocols: HttpProtocols.Http2);
        await using var client = new BalancedClient(
            options: static options =>
            {
                Check(options, "http://not-in-dns.example:81");
                options.HealthCheck.Version = HttpVersion.Version20;
            },
            builder: builder => builder.UseSocketsHttpHandler((handler, _) => handler.ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, server.Port, token);
                return new NetworkStream(socket, ownsSocket: true);
            }));

        Assert.Equal(HttpStatusCode.OK, await GetAsync(client, HttpVersion.Version20));
        Assert.Equal(["/health", "/items"], server.Requests.Select(static request => request.Target));
    }

    [Fact]
    public async Task Another_primary_handler_gives_one_warning()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(
            new StubHandler(static _ => new HttpResponseMessage(HttpStatusCode.OK)),
            options => Check(options, server.Address));

        Assert.Equal(HttpStatusCode.OK, await GetAsync(client));

        string warning = Assert.Single(client.Logs.GetSnapshot(), static entry => entry.Id.Id == LogEvents.ProbesConnectDifferently).Message;
        Assert.Equal(
            "The health checks of client 'catalog' do not connect as its requests do: its primary handler is a StubHandler, whose settings cannot be copied. " +
                "They use the platform's defaults for TLS, certificates and proxies. Use a SocketsHttpHandler, or HealthCheck.Kind Custom.",
            warning);
    }

    [Fact]
    public async Task The_warning_is_logged_at_startup()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.ClearProviders().AddFakeLogging();
        builder.Services
            .AddLoadBalancedHttpClient("catalog", static options => Check(options, "http://10.0.0.1"))
            .ConfigurePrimaryHttpMessageHandler(static () => new StubHandler(static _ => new HttpResponseMessage()));
        using IHost host = builder.Build();

        await host.StartAsync(Cancelled);

        Assert.Single(host.Services.GetFakeLogCollector().GetSnapshot(), static entry => entry.Id.Id == LogEvents.ProbesConnectDifferently);
    }

    [Fact]
    public async Task Probes_follow_new_handlers_of_the_client()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        HttpMessageHandler? pipeline = new SocketsHttpHandler();
        using var probes = new ProbeClient(() => pipeline);

        foreach (HttpMessageHandler? next in new[] { pipeline, new SocketsHttpHandler(), new SocketsHttpHandler(), new HttpClientHandler(), null })
        {
            pipeline = next;
            for (int i = 0; i < 2; i++)
            {
                using HttpResponseMessage response = await probes.SendAsync(new HttpRequestMessage(HttpMethod.Get, server.Address), Cancelled);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        }

        // A handler that cannot be copied is one without settings, so the last two share their connection.
        Assert.Equal(4, server.ConnectionsAccepted);
    }

    private static void Check(LoadBalancingOptions options, string address)
    {
        options.Endpoints = [address];
        options.HealthCheck.Path = "/health";
        options.HealthCheck.StartUnhealthy = true;
        options.HealthCheck.Timeout = TimeSpan.FromMinutes(1);
    }

    private static async Task<HttpStatusCode> GetAsync(BalancedClient client, Version? version = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/items")
        {
            Version = version ?? HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using HttpResponseMessage response = await client.SendAsync(request, cancellationToken: Cancelled);
        return response.StatusCode;
    }
}
