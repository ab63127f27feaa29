using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>A caller context throws before the pick, where it is the call's own failure, or after the response, where it is not.</summary>
public sealed class ThrowingCallerContextTests
{
    private readonly Mock<ICallerContext> _caller = new();

    [Fact]
    public async Task Exceptions_before_the_pick_cost_no_permit()
    {
        _caller.Setup(static caller => caller.GetCookie(It.IsAny<string>())).Throws<InvalidDataException>();
        await using BalancedClient client = Client(
            new StubHandler(),
            static options => options.ConnectionPool = new() { MaxRequests = 2, MaxPendingRequests = 0 });
        await Assert.ThrowsAsync<InvalidDataException>(() => client.GetAsync(cancellationToken: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<InvalidDataException>(() => client.GetAsync(cancellationToken: TestContext.Current.CancellationToken));

        _caller.Setup(static caller => caller.GetCookie(It.IsAny<string>())).Returns((string?)null);
        using HttpResponseMessage response = await client.GetAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, client.Balancer.Permits.PermitsInUse);
    }

    [Fact]
    public async Task A_cookie_that_cannot_be_set_leaves_the_response_as_it_is_and_is_counted()
    {
        _caller
            .Setup(static caller => caller.TrySetCookie(It.IsAny<string>(), It.IsAny<string>(), It.IsAny<TimeSpan>(), It.IsAny<string>()))
            .Throws<InvalidDataException>();
        await using BalancedClient client = Client(new StubHandler());
        using MetricRecorder metrics = client.Listen();
        for (int i = 0; i < 2; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(0, client.InFlight);
        Assert.Equal(2, client.Succeeded);
        Assert.Equal(["loadbalancing.origin=caller_context 2"], metrics.Totals("exceptions.suppressed"));
        Assert.Single(client.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.ExceptionSuppressed && log.Exception is InvalidDataException);
    }

    [Fact]
    public async Task A_cookie_that_cannot_be_set_leaves_the_only_connection_to_the_next_call()
    {
        _caller
            .Setup(static caller => caller.TrySetCookie(It.IsAny<string>(), It.IsAny<string>(), It.IsAny<TimeSpan>(), It.IsAny<string>()))
            .Throws<InvalidDataException>();
        await using LoopbackServer server = await LoopbackServer.StartAsync(static context => context.Response.WriteAsync("done"));
        await using BalancedClient client = Client(primary: null, options =>
        {
            options.Endpoints = [server.Address];
            options.ConnectionPool = new() { MaxConnections = 1 };
        });

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("done", await client.Http.GetStringAsync("/items", TestContext.Current.CancellationToken));
        }

        Assert.Equal(1, server.ConnectionsAccepted);
    }

    private BalancedClient Client(HttpMessageHandler? primary, Action<LoadBalancingOptions>? configure = null) => new(
        primary,
        options =>
        {
            options.SessionAffinity = new SessionAffinityOptions { Keys = ["b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w="] };
            configure?.Invoke(options);
        },
        builder: builder => builder.Services.AddSingleton(_caller.Object));
}
