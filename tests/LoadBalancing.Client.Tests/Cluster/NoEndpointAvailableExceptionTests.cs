using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Cluster;

public sealed class NoEndpointAvailableExceptionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_lists_every_endpoint_with_its_reason_and_the_end_of_its_ejection()
    {
        await using BalancedClient client = await AllEjectedAsync(2);

        NoEndpointAvailableException thrown = await Assert.ThrowsAsync<NoEndpointAvailableException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal(
            "None of the 2 endpoints of service 'catalog' can be used:"
            + " http://10.0.0.0/ is ejected until 2000-01-01T00:03:00.0000000+00:00 (1 failure: Gateway);"
            + " http://10.0.0.1/ is ejected until 2000-01-01T00:03:00.0000000+00:00 (1 failure: Gateway).",
            thrown.Message);
    }

    [Fact]
    public async Task It_lists_at_most_twenty_endpoints()
    {
        await using BalancedClient client = await AllEjectedAsync(25);

        NoEndpointAvailableException thrown = await Assert.ThrowsAsync<NoEndpointAvailableException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal(20, thrown.Message.Split(" is ejected").Length - 1);
        Assert.EndsWith("; and 5 more.", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_an_HttpRequestException_and_names_the_cluster(bool sync)
    {
        await using BalancedClient client = await AllEjectedAsync(1);

        HttpRequestException thrown = await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetAsync(sync, cancellationToken: Cancelled));

        Assert.Equal((HttpRequestError.ConnectionError, "catalog"), (thrown.HttpRequestError, ((NoEndpointAvailableException)thrown).ServiceName));
    }

    [Fact]
    public async Task It_names_the_source_that_reported_an_empty_list()
    {
        var source = new ManualEndpointSource("registry");
        source.Push();
        await using var client = new BalancedClient(new StubHandler(), o => o.Endpoints = [], builder: builder => builder.AddEndpointSource(source));

        NoEndpointAvailableException thrown = await Assert.ThrowsAsync<NoEndpointAvailableException>(() => client.GetAsync(cancellationToken: Cancelled));

        Assert.Equal("Service 'catalog' has no endpoints: source 'registry' reported an empty list.", thrown.Message);
    }

    private static async Task<BalancedClient> AllEjectedAsync(int endpoints)
    {
        var client = new BalancedClient(
            new StubHandler(_ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)),
            o =>
            {
                o.Endpoints = [.. Enumerable.Range(0, endpoints).Select(i => new EndpointDescription { Address = $"http://10.0.0.{i}" })];
                o.Retry.MaxRetries = 0;
                o.OutlierDetection.ConsecutiveErrors = 1;
                o.OutlierDetection.MaxEjectionPercent = 100;
                o.Panic.ThresholdPercent = 0;
            },
            new FakeTimeProvider());
        for (int i = 0; i < endpoints; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);
        }

        return client;
    }
}
