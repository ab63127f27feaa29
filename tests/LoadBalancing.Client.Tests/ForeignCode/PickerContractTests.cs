using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>Pickers of applications that return what they must not.</summary>
public sealed class PickerContractTests
{
    [Fact]
    public async Task A_picker_that_insists_on_a_full_endpoint_is_an_overflow()
    {
        var stub = new StubHandler(StubHandler.Hang);
        await using BalancedClient client = Client(
            stub,
            static level => level.Endpoints[0],
            static options => options.ConnectionPool = new ConnectionPoolOptions { MaxRequestsPerEndpoint = 1, MaxPendingRequests = 0 });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Task<HttpResponseMessage> first = client.GetAsync(cancellationToken: stop.Token);
        await stub.WaitForCallAsync(1);

        // On a thread of its own: a pick that spins never returns.
        var refused = await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => Task.Run(() => client.GetAsync(cancellationToken: TestContext.Current.CancellationToken))
                .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        Assert.Contains("every available endpoint is at its concurrency limit", refused.Message, StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(0, client.InFlight);
    }

    [Fact]
    public async Task An_endpoint_of_another_service_is_refused()
    {
        using var other = new TestCluster();
        await using BalancedClient client = Client(new StubHandler(), _ => other.Endpoints[0]);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(
            $"Strategy {typeof(StubStrategy)} picked http://10.0.0.1:8080/, which belongs to another service or subset. A picker may only return endpoints " +
            "of the level that it was created for.",
            refused.Message);
        Assert.Equal(0, other.Endpoints[0].InFlight);
    }

    private static BalancedClient Client(
        StubHandler stub,
        Func<EndpointLevel, UpstreamEndpoint> pick,
        Action<LoadBalancingOptions>? configure = null) => new(
            stub,
            options =>
            {
                options.Strategy = "stub";
                configure?.Invoke(options);
            },
            builder: builder => builder.Services.AddSingleton<ILoadBalancingStrategy>(new StubStrategy(pick)));

    private sealed class StubStrategy(Func<EndpointLevel, UpstreamEndpoint> pick) : ILoadBalancingStrategy
    {
        public string Name => "stub";

        public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous) => new Picker(() => pick(level));

        private sealed class Picker(Func<UpstreamEndpoint> pick) : IEndpointPicker
        {
            public UpstreamEndpoint? Pick(in PickContext context) => pick();
        }
    }
}
