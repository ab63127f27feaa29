using System.Net;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Http.Probes;

/// <summary>Health checks and requests together, against real servers and on the system clock. No test depends on timing.</summary>
public sealed class CheckedClientTests
{
    [Fact]
    public async Task With_StartUnhealthy_the_first_request_waits_for_a_healthy_endpoint()
    {
        var mayRespond = new TaskCompletionSource();
        await using LoopbackServer healthy = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/health")
            {
                await mayRespond.Task;
            }
        });
        await using LoopbackServer unhealthy = await LoopbackServer.StartAsync(static context =>
        {
            context.Response.StatusCode = context.Request.Path == "/health" ? 503 : 200;
            return Task.CompletedTask;
        });
        await using var client = new BalancedClient(options: options =>
        {
            options.Endpoints = [healthy.Address, unhealthy.Address];
            options.HealthCheck.Path = "/health";
            options.HealthCheck.StartUnhealthy = true;
            options.HealthCheck.Timeout = TimeSpan.FromMinutes(1);
        });

        Task<HttpResponseMessage> request = client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "http://catalog/"),
            cancellationToken: TestContext.Current.CancellationToken);
        await Eventually.IsTrue(() => client.Endpoints[1].Health == EndpointHealth.Unhealthy);
        Assert.False(request.IsCompleted);
        mayRespond.SetResult();
        using HttpResponseMessage response = await request;

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["/health"], unhealthy.Requests.Select(static one => one.Target).Distinct());
        Assert.Equal("its health check failed: GET /health responded with 503", client.Endpoints[1].HealthReason);
        Assert.Equal("catalog", healthy.Requests[0].Host);
    }

    [Fact]
    public async Task Probes_bypass_the_users_handlers()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient(
            new StubHandler(static _ => new HttpResponseMessage(HttpStatusCode.OK)),
            options =>
            {
                options.Endpoints = [server.Address];
                options.HealthCheck.Path = "/health";
                options.HealthCheck.StartUnhealthy = true;
            });

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "http://catalog/"),
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["/health"], server.Requests.Select(static one => one.Target).Distinct());
        Assert.Equal(ProbeResult.Healthy, client.Endpoints[0].LastProbeResult);
    }

    [Fact]
    public async Task A_disposed_service_leaves_no_timer()
    {
        var time = new CountingTimeProvider();
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        await using (var client = new BalancedClient(
            options: options =>
            {
                options.Endpoints = [server.Address];
                options.HealthCheck.Path = "/health";
                options.HealthCheck.StartUnhealthy = true;
            },
            time: time))
        {
            using HttpResponseMessage response = await client.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, "http://catalog/"),
                cancellationToken: TestContext.Current.CancellationToken);
            Assert.True(time.TimersAlive > 0);
        }

        await Eventually.IsTrue(() => time.TimersAlive == 0);
    }
}
