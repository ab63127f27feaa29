using System.Net;
using System.Text;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Http.Transport;

/// <summary>Credentials belong to the service: they are looked up by the URI that the caller used, whichever way a request reaches its endpoint.</summary>
public sealed class CredentialsTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public enum Handler
    {
        OfTheRegistration,
        Sockets,
        HttpClientHandler,
        BelowAnotherHandler,
    }

    [Theory]
    [InlineData(Handler.OfTheRegistration, false, false)]
    [InlineData(Handler.OfTheRegistration, true, false)]
    [InlineData(Handler.OfTheRegistration, false, true)]
    [InlineData(Handler.Sockets, false, false)]
    [InlineData(Handler.Sockets, true, true)]
    [InlineData(Handler.HttpClientHandler, false, false)]
    [InlineData(Handler.HttpClientHandler, true, true)]
    [InlineData(Handler.BelowAnotherHandler, false, false)]
    public async Task The_credentials_of_a_service_are_used_at_each_of_its_endpoints(Handler handler, bool preAuthenticate, bool sync)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RequireBasicAsync);
        await using BalancedClient client = Start(server, handler, Cache("http://catalog/"), preAuthenticate);

        for (int i = 0; i < 6; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(sync, cancellationToken: Cancelled);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.All(client.Endpoints, static endpoint => Assert.Equal((2, 0), (endpoint.SuccessCount, endpoint.FailureCount)));
    }

    [Theory]
    [InlineData(Handler.OfTheRegistration)]
    [InlineData(Handler.Sockets)]
    [InlineData(Handler.HttpClientHandler)]
    public async Task Credentials_for_the_address_of_an_endpoint_are_not_used_for_the_service(Handler handler)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RequireBasicAsync);
        await using BalancedClient client = Start(server, handler, Cache(server.Address));

        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Theory]
    [InlineData(Handler.OfTheRegistration)]
    [InlineData(Handler.Sockets)]
    public async Task Requests_that_pass_through_use_the_credentials_of_their_own_host(Handler handler)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RequireBasicAsync);
        await using BalancedClient client = Start(server, handler, Cache(server.Address));

        using HttpResponseMessage response = await client.Http.GetAsync(new Uri(server.Address), Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_handler_that_is_in_use_already_can_be_shared_with_another_client()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RequireBasicAsync);
        using var shared = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, Credentials = Cache("http://catalog/") };
        for (int i = 0; i < 3; i++)
        {
            await using var client = new BalancedClient(shared, options => options.Endpoints = [server.Address]);
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_handler_that_was_in_use_before_it_was_balanced_keeps_its_credentials_by_address()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(RequireBasicAsync);
        using var meters = new TestMeterFactory();
        using var shared = new SocketsHttpHandler { AllowAutoRedirect = false, Credentials = Cache(server.Address), MeterFactory = meters };
        using var other = new HttpMessageInvoker(shared, disposeHandler: false);
        using HttpResponseMessage before = await other.SendAsync(new HttpRequestMessage(HttpMethod.Get, server.Address), Cancelled);

        await using var client = new BalancedClient(shared, options => options.Endpoints = [server.Address]);
        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (before.StatusCode, response.StatusCode));
    }

    private static BalancedClient Start(LoopbackServer server, Handler handler, ICredentials credentials, bool preAuthenticate = false)
    {
        // One endpoint can have a transport; the others are always rewritten.
        void Configure(LoadBalancingOptions options) => options.Endpoints =
        [
            server.Address,
            $"{server.Address}/base",
            new EndpointDescription { Address = server.Address, Hostname = "eu.catalog.example" },
        ];
        if (handler == Handler.OfTheRegistration)
        {
            return new BalancedClient(options: Configure, builder: builder => builder.UseSocketsHttpHandler((sockets, _) =>
            {
                sockets.Credentials = credentials;
                sockets.PreAuthenticate = preAuthenticate;
            }));
        }

        HttpMessageHandler primary = handler == Handler.HttpClientHandler
            ? new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false, Credentials = credentials, PreAuthenticate = preAuthenticate }
            : new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, Credentials = credentials, PreAuthenticate = preAuthenticate };
        return new BalancedClient(handler == Handler.BelowAnotherHandler ? new Outer { InnerHandler = primary } : primary, Configure);
    }

    private static CredentialCache Cache(string prefix) => new() { { new Uri(prefix), "Basic", new NetworkCredential("user", "secret") } };

    private static Task RequireBasicAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization != $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes("user:secret"))}")
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"catalog\"";
        }

        return Task.CompletedTask;
    }

    private sealed class Outer : DelegatingHandler;
}
