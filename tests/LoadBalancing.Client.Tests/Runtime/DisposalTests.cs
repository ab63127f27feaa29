using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Runtime;

/// <summary>Calls that wait for a service end when its provider is disposed.</summary>
public sealed class DisposalTests
{
    private const string Message = "Service 'catalog' has stopped: its service provider was disposed, so nothing that the call waits for will come.";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_waits_for_the_first_list_ends(bool sync)
    {
        BalancedClient client = Client(new ManualEndpointSource());
        HttpClient http = client.Http;
        LoadBalancer balancer = client.Balancer;

        Task<HttpResponseMessage> sending = client.GetAsync(sync, cancellationToken: Cancelled);
        Task<EndpointLease> picking = balancer.PickAsync(cancellationToken: Cancelled).AsTask();
        await client.DisposeAsync();

        Assert.Equal(Message, (await Assert.ThrowsAsync<ObjectDisposedException>(() => sending)).Message);
        Assert.Equal(Message, (await Assert.ThrowsAsync<ObjectDisposedException>(() => picking)).Message);
        Assert.Equal(Message, Assert.Throws<ObjectDisposedException>(() => balancer.Pick()).Message);
    }

    [Fact]
    public async Task A_call_that_waits_for_a_permit_ends()
    {
        var stub = new StubHandler(StubHandler.Hang);
        var client = new BalancedClient(stub, static options => options.ConnectionPool.MaxRequests = 1);
        using var caller = new CancellationTokenSource();
        Task<HttpResponseMessage> holding = client.GetAsync(cancellationToken: caller.Token);
        await stub.WaitForCallAsync(1);
        LoadBalancer balancer = client.Balancer;

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        Task<EndpointLease> picking = balancer.PickAsync(cancellationToken: Cancelled).AsTask();
        await Eventually.IsTrue(() => balancer.Permits.QueuedCount == 2);
        await client.DisposeAsync();

        Assert.Equal(Message, (await Assert.ThrowsAsync<ObjectDisposedException>(() => sending)).Message);
        Assert.Equal(Message, (await Assert.ThrowsAsync<ObjectDisposedException>(() => picking)).Message);
        Assert.False(holding.IsCompleted);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holding);
    }

    [Fact]
    public async Task A_probe_in_flight_is_cancelled_and_calls_that_wait_for_its_result_end()
    {
        var cancelled = new TaskCompletionSource<ProbeResult>();
        using var cluster = new TestCluster(
            [],
            static options => (options.HealthCheck.Kind, options.HealthCheck.StartUnhealthy) = (HealthCheckKind.Custom, true));
        cluster.Probe.GetResult = async (_, token) =>
        {
            using (token.Register(() => cancelled.SetResult(ProbeResult.Unhealthy("cancelled"))))
            {
                return await cancelled.Task;
            }
        };
        cluster.Update([TestCluster.Address(1)]);
        Task<EndpointLease> picking = cluster.Balancer.PickAsync(cancellationToken: Cancelled).AsTask();
        bool early = cancelled.Task.IsCompleted || picking.IsCompleted;

        cluster.Stop();

        Assert.False(early);
        Assert.True(cancelled.Task.IsCompleted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => picking);
    }

    private static BalancedClient Client(ManualEndpointSource source) =>
        new(new StubHandler(), static options => options.Endpoints = [], builder: builder => builder.AddEndpointSource(source));
}
