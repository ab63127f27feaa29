using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary><see cref="ConnectionPoolOptions.MaxRequests"/> for picks without HTTP: a lease holds a permit.</summary>
public sealed class PickLimiterTests : IDisposable
{
    private readonly TestCluster _cluster = new(
        endpoints: 4,
        static options => options.ConnectionPool = new ConnectionPoolOptions
        {
            MaxRequests = 2,
            MaxPendingRequests = 1,
            PendingTimeout = TimeSpan.FromSeconds(5),
        });

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public void A_pick_without_a_permit_is_refused_and_an_ended_lease_releases_its_permit()
    {
        EndpointLease first = _cluster.Balancer.Pick();
        using EndpointLease second = _cluster.Balancer.Pick();

        var refusal = Assert.Throws<LoadBalancerOverflowException>(() => _cluster.Balancer.Pick());
        Assert.Equal(
            "A pick of service 'catalog' was refused: 2 are in flight (ConnectionPool:MaxRequests), and Pick does not wait; PickAsync does.",
            refusal.Message);
        Assert.Equal(("catalog", null), (refusal.ServiceName, refusal.Subset));

        first.End(AttemptOutcome.Failure(FailureKind.Reset));
        first.Dispose();
        using EndpointLease third = _cluster.Balancer.Pick();
        Assert.Throws<LoadBalancerOverflowException>(() => _cluster.Balancer.Pick());
    }

    [Fact]
    public async Task A_pick_waits_for_a_permit_and_is_refused_when_the_queue_is_full()
    {
        EndpointLease first = _cluster.Balancer.Pick();
        using EndpointLease second = _cluster.Balancer.Pick();

        Task<EndpointLease> waiting = _cluster.Balancer.PickAsync(cancellationToken: Cancelled).AsTask();
        var refusal = await Assert.ThrowsAsync<LoadBalancerOverflowException>(async () => await _cluster.Balancer.PickAsync(cancellationToken: Cancelled));
        Assert.False(waiting.IsCompleted);
        Assert.Equal(
            "A pick of service 'catalog' was refused: 2 are in flight (ConnectionPool:MaxRequests), and 1 are already queued " +
                "(ConnectionPool:MaxPendingRequests).",
            refusal.Message);

        first.End();
        using EndpointLease third = await waiting;
        Assert.Equal(2, _cluster.Endpoints.Sum(static endpoint => endpoint.InFlight));
    }

    [Fact]
    public async Task A_wait_ends_with_its_timeout()
    {
        using EndpointLease first = _cluster.Balancer.Pick();
        using EndpointLease second = _cluster.Balancer.Pick();
        Task<EndpointLease> waiting = _cluster.Balancer.PickAsync(cancellationToken: Cancelled).AsTask();

        _cluster.Time.Advance(TimeSpan.FromSeconds(5));

        var refusal = await Assert.ThrowsAsync<LoadBalancerOverflowException>(() => waiting);
        Assert.Equal(
            "A pick of service 'catalog' was refused: 2 are in flight (ConnectionPool:MaxRequests), and the ConnectionPool:PendingTimeout of 5 s has " +
                "elapsed before a permit was available.",
            refusal.Message);
        Assert.IsType<TimeoutException>(refusal.InnerException);
    }

    [Fact]
    public async Task A_wait_ends_when_the_caller_cancels()
    {
        using var caller = new CancellationTokenSource();
        using EndpointLease first = _cluster.Balancer.Pick();
        using EndpointLease second = _cluster.Balancer.Pick();
        Task<EndpointLease> waiting = _cluster.Balancer.PickAsync(cancellationToken: caller.Token).AsTask();

        await caller.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(caller.Token, exception.CancellationToken);
    }

    [Fact]
    public void A_pick_without_an_endpoint_holds_no_permit()
    {
        _cluster.Configure(static options => options.EmptyUpdate = EmptyUpdateBehavior.Accept);
        _cluster.Update([]);
        for (int i = 0; i < 3; i++)
        {
            Assert.Throws<NoEndpointAvailableException>(() => _cluster.Balancer.Pick());
        }

        _cluster.Update([TestCluster.Address(1)]);

        using EndpointLease lease = _cluster.Balancer.Pick();
        Assert.Equal(1, lease.Endpoint.InFlight);
    }

    [Fact]
    public void Limits_follow_reloads_and_earlier_leases_release_no_permit()
    {
        _cluster.Configure(static options => options.ConnectionPool = new ConnectionPoolOptions());
        EndpointLease uncounted = _cluster.Balancer.Pick();
        _cluster.Configure(static options => options.ConnectionPool = new ConnectionPoolOptions { MaxRequests = 1 });
        using EndpointLease counted = _cluster.Balancer.Pick();

        uncounted.End();

        Assert.Throws<LoadBalancerOverflowException>(() => _cluster.Balancer.Pick());
    }
}
