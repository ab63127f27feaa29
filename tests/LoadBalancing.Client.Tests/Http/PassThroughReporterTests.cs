using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.Tests.Http;

public sealed class PassThroughReporterTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_to_another_host_passes_through_unchanged(bool sync)
    {
        await using LoopbackServer other = await LoopbackServer.StartAsync();
        await using var client = new BalancedClient();

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, $"{other.Address}/a%2Fb"),
            sync,
            cancellationToken: Cancelled);

        Assert.Equal(new LoopbackRequest("GET", "/a%2Fb", $"127.0.0.1:{other.Port}", "HTTP/1.1", null), other.Requests.Single());
    }

    [Fact]
    public async Task Every_passed_through_request_is_counted()
    {
        await using var client = new BalancedClient(new StubHandler());
        using MetricCollector<long> passed = client.Counter("passthroughs");

        await GetAsync(client, "http://one/", "http://one/", "http://two/");

        Assert.Equal(3, passed.GetMeasurementSnapshot().Sum(measurement => measurement.Value));
    }

    [Fact]
    public async Task Every_passed_through_host_is_logged_once_with_the_balanced_hosts()
    {
        await using var client = new BalancedClient(new StubHandler());

        await GetAsync(client, "http://one/", "http://ONE/again", "http://two/", "http://catalog/");

        Assert.Equal(
            [
                "Requests to host 'one' bypass the balancing of service 'catalog', which balances 'catalog'. Add the host to Hosts to balance it.",
                "Requests to host 'two' bypass the balancing of service 'catalog', which balances 'catalog'. Add the host to Hosts to balance it.",
            ],
            Passed(client).Select(log => log.Message));
    }

    [Fact]
    public async Task The_number_of_logged_hosts_is_bounded()
    {
        await using var client = new BalancedClient(new StubHandler());

        await GetAsync(client, [.. Enumerable.Range(0, 1100).Select(i => $"http://host{i}/")]);

        Assert.Equal(1000, Passed(client).Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_other_hosts_are_rejected_nothing_is_sent_and_the_error_names_the_host_and_the_service(bool sync)
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub, o => (o.Hosts, o.UnmatchedHost) = (["one", "two"], UnmatchedHostBehavior.Reject));

        HttpRequestException rejected = await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "http://three/"),
            sync,
            cancellationToken: Cancelled));

        Assert.Equal(
            "Host 'three' is not balanced by service 'catalog', which balances one, two and rejects all others (UnmatchedHost = Reject).",
            rejected.Message);
        Assert.Empty(stub.Calls);
    }

    [Fact]
    public async Task A_request_without_an_absolute_URI_is_rejected_by_the_primary_handler()
    {
        await using var client = new BalancedClient();
        using HttpMessageInvoker invoker = client.Invoker;
        using var plain = new HttpMessageInvoker(new SocketsHttpHandler());

        Exception expected = await Assert.ThrowsAnyAsync<Exception>(() => plain.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/items"), Cancelled));
        Exception actual = await Assert.ThrowsAnyAsync<Exception>(() => invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/items"), Cancelled));

        Assert.Equal((expected.GetType(), expected.Message), (actual.GetType(), actual.Message));
    }

    private static IEnumerable<FakeLogRecord> Passed(BalancedClient client) =>
        client.Logs.GetSnapshot().Where(log => log.Level == LogLevel.Warning && log.Id.Id == LogEvents.HostPassedThrough);

    private static async Task GetAsync(BalancedClient client, params string[] uris)
    {
        foreach (string uri in uris)
        {
            using HttpResponseMessage response = await client.Http.GetAsync(uri, Cancelled);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }
}
