using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Faults;

public sealed class FaultInjectionTests
{
    private static readonly FaultOptions Always503 = new() { Abort = new FaultAbortOptions { Status = 503, Percent = 100 } };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Faults_are_injected_and_counted_until_they_are_disposed()
    {
        await using var client = new BalancedClient(new StubHandler());

        using (IInjectedFault fault = client.Faults.Inject(BalancedClient.Name, Always503))
        {
            using HttpResponseMessage hit = await client.GetAsync(cancellationToken: Cancelled);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (hit.StatusCode, fault.InjectedCount));
        }

        using HttpResponseMessage after = await client.GetAsync(cancellationToken: Cancelled);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Only_requests_that_match_the_condition_are_affected()
    {
        await using var client = new BalancedClient(new StubHandler());
        using IInjectedFault fault = client.Faults.Inject(BalancedClient.Name, Always503, static request => request.Method == HttpMethod.Put);

        using HttpResponseMessage get = await client.GetAsync(cancellationToken: Cancelled);
        using HttpResponseMessage put = await client.SendAsync(new HttpRequestMessage(HttpMethod.Put, "/items"), cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (get.StatusCode, put.StatusCode));
    }

    [Fact]
    public async Task Attempt_faults_are_seen_by_retries_and_the_last_injection_is_outermost()
    {
        var stub = new StubHandler();
        await using var client = new BalancedClient(stub);
        int inner = 0;
        using IInjectedFault first = client.Faults.Inject(BalancedClient.Name, Attempts(502), _ => ++inner < 0);
        using IInjectedFault last = client.Faults.Inject(BalancedClient.Name, Attempts(503));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 3L, 0, 0), (response.StatusCode, last.InjectedCount, inner, stub.Calls.Count));

        last.Dispose();
        using HttpResponseMessage second = await client.GetAsync(cancellationToken: Cancelled);
        Assert.Equal((HttpStatusCode.OK, 1), (second.StatusCode, inner));
    }

    [Fact]
    public async Task Injected_faults_wrap_those_of_the_options_and_survive_a_reload()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("catalog:Fault:Abort:Status", "500"), new("catalog:Fault:Abort:Percent", "100")])
            .Build();
        await using var client = new BalancedClient(new StubHandler(), builder: builder => builder.Configure(configuration.GetSection("catalog")));
        IInjectedFault fault = client.Faults.Inject(BalancedClient.Name, Always503);
        configuration["catalog:Fault:Abort:Status"] = "504";
        configuration.Reload();

        using HttpResponseMessage outer = await client.GetAsync(cancellationToken: Cancelled);
        fault.Dispose();
        fault.Dispose();
        using HttpResponseMessage inner = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.GatewayTimeout), (outer.StatusCode, inner.StatusCode));
    }

    [Fact]
    public async Task All_errors_are_reported_together()
    {
        await using var client = new BalancedClient(new StubHandler());

        var thrown = Assert.Throws<ArgumentException>(() => client.Faults.Inject(BalancedClient.Name, new FaultOptions
        {
            Abort = new FaultAbortOptions { Status = 99, Percent = 101 },
            Delay = new FaultDelayOptions { Percent = 5 },
        }));

        Assert.Equal(
            "catalog:Fault:Delay:FixedDelay: 00:00:00 is not allowed; it must be longer than zero. "
            + "catalog:Fault:Abort:Status: 99 is not allowed; it must be a status from 200 to 599, like 503. "
            + "catalog:Fault:Abort:Percent: 101 is not allowed; a percentage is 0 to 100. (Parameter 'fault')",
            thrown.Message);
    }

    [Fact]
    public async Task An_unknown_service_is_reported_with_the_known_ones()
    {
        await using var client = new BalancedClient(new StubHandler());

        var thrown = Assert.Throws<ArgumentException>(() => client.Faults.Inject("orders", Always503));

        Assert.Equal("There is no service 'orders'. Known services: catalog. (Parameter 'serviceName')", thrown.Message);
    }

    private static FaultOptions Attempts(int status) => new()
    {
        Abort = new FaultAbortOptions { Status = status, Percent = 100 },
        Scope = FaultScope.Attempt,
    };
}
