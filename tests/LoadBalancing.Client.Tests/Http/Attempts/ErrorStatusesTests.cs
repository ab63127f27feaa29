using System.Net;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Http.Attempts;

/// <summary>The responses that count as failures of an endpoint by OutlierDetection:ErrorStatuses, which does not affect retries.</summary>
public sealed class ErrorStatusesTests
{
    [Theory]
    [InlineData(429, null, false)]
    [InlineData(429, "429", true)]
    [InlineData(500, null, true)]
    [InlineData(500, "502-504", false)]
    [InlineData(503, "502-504", true)]
    [InlineData(404, "400-404", true)]
    [InlineData(405, "400-404", false)]
    public async Task A_status_counts_if_it_is_listed_and_by_default_from_500_on(int status, string? listed, bool counts)
    {
        await using var client = new BalancedClient(
            new StubHandler(_ => new HttpResponseMessage((HttpStatusCode)status)),
            options => (
                options.Endpoints,
                options.OutlierDetection.ErrorStatuses,
                options.Retry.MaxRetries) = (["http://10.0.0.1", "http://10.0.0.2"], listed is null ? null : [listed], 0),
            random: RandomSource.Seeded(1));

        for (int i = 0; i < 10; i++)
        {
            using HttpResponseMessage response = await client.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, "http://catalog/"),
                cancellationToken: TestContext.Current.CancellationToken);
        }

        Assert.Equal(counts ? 1 : 0, client.Balancer.Endpoints.Count(static endpoint => endpoint.Health == EndpointHealth.Ejected));
    }

    [Fact]
    public async Task A_502_that_is_not_listed_is_still_retried()
    {
        var stub = StubHandler.Script(HttpStatusCode.BadGateway, HttpStatusCode.OK);
        await using var client = new BalancedClient(stub, static options => options.OutlierDetection.ErrorStatuses = ["500"]);

        using HttpResponseMessage response = await client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, "http://catalog/"),
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, client.Balancer.Endpoints.Sum(static endpoint => endpoint.FailureCount));
    }
}
