using System.Net.Sockets;
using System.Security.Authentication;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Cluster;

public sealed class LoadBalancerExecuteTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operation_receives_endpoint_and_state_counts_as_in_flight_and_is_a_success()
    {
        using var cluster = new TestCluster(endpoints: 1);
        using MetricRecorder metrics = cluster.Listen();

        string result = await cluster.Balancer.ExecuteAsync(
            "state",
            static async (endpoint, state, token) =>
            {
                await Task.Yield();
                return $"{endpoint} {state} {endpoint.InFlight} {token == Cancelled}";
            },
            cancellationToken: Cancelled);

        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        Assert.Equal($"{endpoint} state 1 True", result);
        Assert.Equal((1L, 0L, 0), (endpoint.SuccessCount, endpoint.FailureCount, endpoint.InFlight));
        Assert.Equal(["loadbalancing.cluster=catalog loadbalancing.outcome=success 1"], metrics.Totals("attempts"));
    }

    [Fact]
    public async Task Every_overload_reports_success_and_failure()
    {
        using var cluster = new TestCluster(endpoints: 1, static options => options.OutlierDetection.ConsecutiveErrors = 0);
        LoadBalancer balancer = cluster.Balancer;

        await balancer.ExecuteAsync(1, static (_, _, _) => ValueTask.CompletedTask, Cancelled);
        await balancer.ExecuteAsync(static (_, _) => ValueTask.CompletedTask, Cancelled);
        Assert.Equal(2, await balancer.ExecuteAsync(static (_, _) => new ValueTask<int>(2), Cancelled));
        Assert.Equal(3, await balancer.ExecuteAsync(3, static (_, state, _) => new ValueTask<int>(state), cancellationToken: Cancelled));

        static ValueTask<int> Break() => ValueTask.FromException<int>(new IOException());
        await Assert.ThrowsAsync<IOException>(async () => await balancer.ExecuteAsync(1, static (_, _, _) => throw new IOException(), Cancelled));
        await Assert.ThrowsAsync<IOException>(async () => await balancer.ExecuteAsync(static async (_, _) => await Break(), Cancelled));
        await Assert.ThrowsAsync<IOException>(async () => await balancer.ExecuteAsync(static (_, _) => Break(), Cancelled));
        await Assert.ThrowsAsync<IOException>(async () => await balancer.ExecuteAsync(1, static (_, _, _) => Break(), cancellationToken: Cancelled));

        Assert.Equal((4L, 4L, 0), (cluster.Endpoints[0].SuccessCount, cluster.Endpoints[0].FailureCount, cluster.Endpoints[0].InFlight));
    }

    [Fact]
    public async Task Five_consecutive_operations_that_throw_eject_the_endpoint()
    {
        using var cluster = new TestCluster(endpoints: 2);
        UpstreamEndpoint bad = cluster.Endpoints[0];

        for (int i = 0; i < 20; i++)
        {
            try
            {
                await cluster.Balancer.ExecuteAsync(
                    bad,
                    static (endpoint, bad, _) => endpoint == bad ? throw new InvalidDataException("not a greeting") : ValueTask.CompletedTask,
                    Cancelled);
            }
            catch (InvalidDataException)
            {
            }
        }

        Assert.Equal((EndpointHealth.Ejected, 5L), (bad.Health, bad.FailureCount));
        Assert.Equal("5 failures in a row, the last: ErrorResponse", bad.HealthReason);
        Assert.Equal(15, cluster.Endpoints[1].SuccessCount);
    }

    public static TheoryData<Exception, FailureKind> Exceptions => new()
    {
        { new SocketException((int)SocketError.ConnectionRefused), FailureKind.Connect },
        { new SocketException((int)SocketError.HostNotFound), FailureKind.Connect },
        { new SocketException((int)SocketError.TimedOut), FailureKind.Timeout },
        { new SocketException((int)SocketError.ConnectionReset), FailureKind.Reset },
        { new SocketException((int)SocketError.TooManyOpenSockets), FailureKind.None },
        { new SocketException((int)SocketError.OperationAborted), FailureKind.None },
        { new IOException("broken", new SocketException((int)SocketError.ConnectionReset)), FailureKind.Reset },
        { new IOException("no route", new SocketException((int)SocketError.HostUnreachable)), FailureKind.Connect },
        { new EndOfStreamException(), FailureKind.Reset },
        { new AuthenticationException(), FailureKind.Connect },
        { new TimeoutException(), FailureKind.Timeout },
        { new TaskCanceledException(), FailureKind.Timeout },
        { new InvalidOperationException("of a library", new IOException()), FailureKind.Reset },
        { new InvalidOperationException("of a library", new TimeoutException()), FailureKind.Timeout },
        { new InvalidOperationException("rejected by the server"), FailureKind.ErrorResponse },
        { new FormatException(), FailureKind.ErrorResponse },
        { new ArgumentOutOfRangeException(), FailureKind.None },
        { new NotImplementedException(), FailureKind.None },
        { new NotSupportedException(), FailureKind.None },
        { new ObjectDisposedException("client"), FailureKind.None },
        { new FileNotFoundException(), FailureKind.None },
        { new DirectoryNotFoundException(), FailureKind.None },
    };

    [Theory]
    [MemberData(nameof(Exceptions), DisableDiscoveryEnumeration = true)]
    public async Task An_exception_propagates_unchanged_and_is_classified_by_its_cause(Exception exception, FailureKind kind)
    {
        using var cluster = new TestCluster(endpoints: 1);
        var observer = new Outcomes();
        using IDisposable subscription = cluster.Balancer.Subscribe(observer);

        Exception? thrown = await Record.ExceptionAsync(async () =>
            await cluster.Balancer.ExecuteAsync(exception, static (_, exception, _) => ValueTask.FromException(exception), Cancelled));

        Assert.Same(exception, thrown);
        Assert.Equal(kind, Assert.Single(observer.Ended).FailureKind);
        Assert.False(observer.Ended[0].IsSuccess);
        Assert.Equal(0, cluster.Endpoints[0].InFlight);
    }

    [Fact]
    public async Task A_cancelled_operation_is_neutral_whatever_it_throws_and_calls_no_classifier()
    {
        using var cluster = new TestCluster(endpoints: 1);
        using MetricRecorder metrics = cluster.Listen();
        using var caller = new CancellationTokenSource();
        bool wasAsked = false;

        ValueTask<int> running = cluster.Balancer.ExecuteAsync(
            0,
            static async (_, _, token) =>
            {
                var aborted = new TaskCompletionSource();
                var reset = new SocketException((int)SocketError.ConnectionReset);
                await using CancellationTokenRegistration registration = token.Register(() => aborted.SetException(reset));
                await aborted.Task;
                return 1;
            },
            classify: (_, _) =>
            {
                wasAsked = true;
                return AttemptOutcome.Success;
            },
            cancellationToken: caller.Token);
        Assert.Equal(1, cluster.Endpoints[0].InFlight);
        await caller.CancelAsync();

        await Assert.ThrowsAsync<SocketException>(async () => await running);
        Assert.Equal((0L, 0L, 0), (cluster.Endpoints[0].SuccessCount, cluster.Endpoints[0].FailureCount, cluster.Endpoints[0].InFlight));
        Assert.False(wasAsked);
        Assert.Equal(["loadbalancing.cluster=catalog 1"], metrics.Totals("attempts.abandoned"));
        Assert.Empty(metrics.Totals("leases.unreported"));
    }

    [Fact]
    public async Task The_operation_s_own_timeout_is_a_failure()
    {
        using var cluster = new TestCluster(endpoints: 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cluster.Balancer.ExecuteAsync(
            static async (_, token) =>
            {
                using var own = CancellationTokenSource.CreateLinkedTokenSource(token);
                await own.CancelAsync();
                await Task.Delay(Timeout.Infinite, own.Token);
            },
            Cancelled));

        Assert.Equal((1L, 0), (cluster.Endpoints[0].FailureCount, cluster.Endpoints[0].InFlight));
    }

    [Theory]
    [InlineData("220 ready", null, true, false)]
    [InlineData("421 busy", null, false, true)]
    [InlineData(null, "550 no such mailbox", false, false)]
    [InlineData(null, "another", false, true)]
    public async Task A_classifier_decides_by_result_and_by_exception_and_leaves_the_rest_to_the_default(
        string? greeting,
        string? error,
        bool isSuccess,
        bool isFailure)
    {
        using var cluster = new TestCluster(endpoints: 1);
        var observer = new Outcomes();
        using IDisposable subscription = cluster.Balancer.Subscribe(observer);

        await Record.ExceptionAsync(async () => await cluster.Balancer.ExecuteAsync(
            (greeting, error),
            static (_, says, _) => says.error is { } error ? throw new InvalidOperationException(error) : new ValueTask<string>(says.greeting!),
            classify: static (greeting, exception) =>
                greeting is ['4', ..] ? AttemptOutcome.Failure(FailureKind.Gateway) : exception is { Message: ['5', ..] } ? AttemptOutcome.Neutral : null,
            cancellationToken: Cancelled));

        Assert.Equal((isSuccess, isFailure), (Assert.Single(observer.Ended).IsSuccess, observer.Ended[0].IsFailure));
    }

    [Fact]
    public async Task A_throwing_classifier_leaks_no_lease_and_hides_no_exception_of_the_operation()
    {
        using var cluster = new TestCluster(endpoints: 1, static options => options.ConnectionPool.MaxRequests = 1);
        var own = new InvalidOperationException("classifier");
        var failed = new IOException();

        AttemptOutcome? Throw(int result, Exception? exception) => throw own;

        Exception? afterResult = await Record.ExceptionAsync(async () =>
            await cluster.Balancer.ExecuteAsync(0, static (_, _, _) => new ValueTask<int>(1), classify: Throw, cancellationToken: Cancelled));
        Exception? both = await Record.ExceptionAsync(async () =>
            await cluster.Balancer.ExecuteAsync(failed, static (_, e, _) => ValueTask.FromException<int>(e), classify: Throw, cancellationToken: Cancelled));

        Assert.Same(own, afterResult);
        Assert.Equal([failed, own], Assert.IsType<AggregateException>(both).InnerExceptions);
        Assert.Equal((1L, 1L, 0), (cluster.Endpoints[0].SuccessCount, cluster.Endpoints[0].FailureCount, cluster.Endpoints[0].InFlight));
        using EndpointLease free = cluster.Balancer.Pick();
    }

    [Fact]
    public async Task An_operation_waits_for_a_permit_and_releases_it_when_it_ends_or_throws()
    {
        using var cluster = new TestCluster(
            endpoints: 1,
            static options => (options.ConnectionPool.MaxRequests, options.ConnectionPool.MaxPendingRequests) = (1, 1));
        var gate = new TaskCompletionSource();

        ValueTask first = cluster.Balancer.ExecuteAsync(gate, static async (_, gate, _) => await gate.Task, Cancelled);
        ValueTask<int> second = cluster.Balancer.ExecuteAsync(static (endpoint, _) => new ValueTask<int>(endpoint.InFlight), Cancelled);
        Assert.False(second.IsCompleted);
        await Assert.ThrowsAsync<LoadBalancerOverflowException>(async () =>
            await cluster.Balancer.ExecuteAsync(static (_, _) => ValueTask.CompletedTask, Cancelled));
        gate.SetException(new IOException());

        await Assert.ThrowsAsync<IOException>(async () => await first);
        Assert.Equal(1, await second);
        using EndpointLease free = cluster.Balancer.Pick();
    }

    [Fact]
    public async Task An_operation_waits_for_the_first_endpoints()
    {
        using var cluster = new TestCluster(endpoints: 0);
        ValueTask<string> waiting = cluster.Balancer.ExecuteAsync(static (endpoint, _) => new ValueTask<string>(endpoint.Address.Host), Cancelled);
        Assert.False(waiting.IsCompleted);

        cluster.Update([TestCluster.Address(7)]);

        Assert.Equal("10.0.0.7", await waiting);
    }

    [Fact]
    public async Task The_operation_is_not_called_without_an_endpoint_or_after_cancellation()
    {
        using var cluster = new TestCluster(endpoints: 1, static options => options.EmptyUpdate = EmptyUpdateBehavior.Accept);
        static ValueTask Fail(UpstreamEndpoint endpoint, CancellationToken cancellationToken) => throw new InvalidOperationException("called");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cluster.Balancer.ExecuteAsync(Fail, new CancellationToken(canceled: true)));
        cluster.Update([]);
        await Assert.ThrowsAsync<NoEndpointAvailableException>(async () => await cluster.Balancer.ExecuteAsync(Fail, Cancelled));
    }

    [Fact]
    public async Task The_context_is_passed_to_the_pick()
    {
        using var cluster = new TestCluster(endpoints: 2);
        var context = new PickContext { TriedEndpoints = [cluster.Endpoints[0]] };

        for (int i = 0; i < 4; i++)
        {
            UpstreamEndpoint picked = await cluster.Balancer.ExecuteAsync(
                0,
                static (endpoint, _, _) => new ValueTask<UpstreamEndpoint>(endpoint),
                context,
                cancellationToken: Cancelled);
            Assert.Same(cluster.Endpoints[1], picked);
        }
    }

    [Fact]
    public async Task An_operation_that_outlives_its_cluster_still_ends_its_lease()
    {
        using var cluster = new TestCluster(endpoints: 1);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];
        var gate = new TaskCompletionSource();
        ValueTask running = cluster.Balancer.ExecuteAsync(gate, static async (_, gate, _) => await gate.Task, Cancelled);

        cluster.Stop();
        gate.SetResult();
        await running;

        Assert.Equal((1L, 0), (endpoint.SuccessCount, endpoint.InFlight));
    }

    [Fact]
    public async Task A_null_operation_is_rejected_before_a_pick()
    {
        using var cluster = new TestCluster(endpoints: 1);
        using MetricRecorder metrics = cluster.Listen();
        Func<UpstreamEndpoint, CancellationToken, ValueTask> plain = null!;
        Func<UpstreamEndpoint, CancellationToken, ValueTask<int>> withResult = null!;
        Func<UpstreamEndpoint, int, CancellationToken, ValueTask> withState = null!;
        Func<UpstreamEndpoint, int, CancellationToken, ValueTask<int>> withBoth = null!;
        LoadBalancer balancer = cluster.Balancer;

        await Assert.ThrowsAsync<ArgumentNullException>("operation", async () => await balancer.ExecuteAsync(plain, Cancelled));
        await Assert.ThrowsAsync<ArgumentNullException>("operation", async () => await balancer.ExecuteAsync(withResult, Cancelled));
        await Assert.ThrowsAsync<ArgumentNullException>("operation", async () => await balancer.ExecuteAsync(0, withState, Cancelled));
        await Assert.ThrowsAsync<ArgumentNullException>("operation", async () => await balancer.ExecuteAsync(0, withBoth, cancellationToken: Cancelled));

        Assert.Empty(metrics.Totals("picks"));
    }

    private sealed class Outcomes : LoadBalancerObserver
    {
        public List<AttemptOutcome> Ended { get; } = [];

        public override void OnAttemptEnded(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed) => Ended.Add(outcome);
    }
}
