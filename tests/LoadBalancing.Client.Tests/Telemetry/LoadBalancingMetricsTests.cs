using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>The values, tags and lifetime of each instrument.</summary>
public sealed class LoadBalancingMetricsTests
{
    private const string Catalog = "loadbalancing.cluster=catalog";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void Picks_count_every_picked_endpoint()
    {
        using var cluster = new TestCluster();
        using MetricRecorder probe = cluster.Listen();

        cluster.PickMany(3);

        Assert.Equal([$"{Catalog} 3"], probe.Totals("picks"));
    }

    [Fact]
    public void A_pick_without_a_result_is_not_counted()
    {
        using var cluster = new TestCluster(endpoints: 0);
        using MetricRecorder probe = cluster.Listen();

        Assert.Throws<NoEndpointAvailableException>(() => cluster.Balancer.Pick());

        Assert.Empty(probe.Totals("picks"));
    }

    [Fact]
    public void Attempts_are_counted_by_outcome_when_they_end()
    {
        using var cluster = new TestCluster(configure: static o => o.OutlierDetection.ConsecutiveErrors = 0);
        using MetricRecorder probe = cluster.Listen();
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.Lease(endpoint).Report(AttemptOutcome.Success);
        cluster.Succeed(endpoint);
        cluster.Lease(endpoint).End();
        foreach (FailureKind kind in Enum.GetValues<FailureKind>().Where(static kind => kind != FailureKind.None))
        {
            cluster.Fail(endpoint, kind: kind);
        }

        string[] outcomes = ["connect", "error_response", "gateway", "neutral", "reset", "success", "timeout"];
        Assert.Equal(outcomes.Select(static outcome => $"{Catalog} loadbalancing.outcome={outcome} 1"), probe.Totals("attempts"));
    }

    [Fact]
    public void A_broken_body_is_one_failed_attempt_and_no_successful_one()
    {
        using var cluster = new TestCluster();
        using MetricRecorder probe = cluster.Listen();

        EndpointLease lease = cluster.Balancer.Pick();
        lease.Report(AttemptOutcome.Success);
        lease.End(AttemptOutcome.Failure(FailureKind.Reset));

        Assert.Equal([$"{Catalog} loadbalancing.outcome=reset 1"], probe.Totals("attempts"));
    }

    [Fact]
    public async Task The_duration_of_an_attempt_is_in_seconds_and_ends_with_the_headers()
    {
        var clock = new FakeTimeProvider();
        var body = new System.IO.Pipelines.Pipe();
        var stub = new StubHandler(_ =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(250));
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body.Reader.AsStream()) };
        });
        await using var client = new BalancedClient(stub, time: clock);
        using MetricRecorder probe = client.Listen();

        using (HttpResponseMessage response = await client.GetAsync(completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: Cancelled))
        {
            clock.Advance(TimeSpan.FromSeconds(3));
        }

        Assert.Equal([$"{Catalog} loadbalancing.outcome=success 0.25"], probe.Totals("attempt.duration"));
        Assert.Equal("s", probe.Instruments.Single(static instrument => instrument.Name.EndsWith(".attempt.duration", StringComparison.Ordinal)).Unit);
    }

    [Fact]
    public async Task Without_timeouts_durations_are_measured_too()
    {
        var clock = new FakeTimeProvider();
        var stub = new StubHandler(_ =>
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            return new HttpResponseMessage(HttpStatusCode.BadGateway);
        });
        await using var client = new BalancedClient(
            stub,
            static o => (o.Timeout, o.Retry.PerTryTimeout, o.Retry.MaxRetries) = (Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, 0),
            clock);
        using MetricRecorder probe = client.Listen();

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal([$"{Catalog} loadbalancing.outcome=gateway 2"], probe.Totals("attempt.duration"));
    }

    [Fact]
    public async Task Retries_are_counted_by_the_reason_of_the_previous_failure()
    {
        var stub = StubHandler.Script(
            StubHandler.Throw(new HttpRequestException(HttpRequestError.ConnectionError)),
            StubHandler.Throw(new HttpRequestException(HttpRequestError.ResponseEnded)),
            StubHandler.Status(HttpStatusCode.BadGateway),
            StubHandler.Status(HttpStatusCode.OK));
        await using var client = new BalancedClient(stub, static o => o.Retry.MaxRetries = 3);
        using MetricRecorder probe = client.Listen();

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(
            [$"{Catalog} loadbalancing.reason=connect-failure 1", $"{Catalog} loadbalancing.reason=gateway-error 1", $"{Catalog} loadbalancing.reason=reset 1"],
            probe.Totals("retries"));
        Assert.Empty(probe.Totals("retries.suppressed"));
    }

    [Fact]
    public async Task A_retry_over_the_budget_is_counted_as_suppressed()
    {
        // This clock does not advance: a retry that waits stays in its backoff.
        await using var client = new BalancedClient(
            StubHandler.Script(HttpStatusCode.ServiceUnavailable),
            static o => (o.OutlierDetection.ConsecutiveErrors, o.Timeout, o.ConnectionPool.MaxConcurrentRetries) = (0, Timeout.InfiniteTimeSpan, 2),
            new FakeTimeProvider(),
            new ConstantRandom(0.5));
        using MetricRecorder probe = client.Listen();
        using var caller = new CancellationTokenSource();
        Task[] inRetries = [.. Enumerable.Range(0, 2).Select(_ => client.GetAsync(cancellationToken: caller.Token))];

        using HttpResponseMessage oneTooMany = await client.GetAsync(cancellationToken: Cancelled);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(inRetries));

        Assert.Equal([$"{Catalog} loadbalancing.reason=max-retries 1"], probe.Totals("retries.suppressed"));
        Assert.Equal([$"{Catalog} loadbalancing.reason=gateway-error 2"], probe.Totals("retries"));
    }

    [Fact]
    public async Task An_attempt_cancelled_by_the_caller_is_abandoned_and_neutral()
    {
        using var caller = new CancellationTokenSource();
        var stub = new StubHandler(StubHandler.Hang);
        await using var client = new BalancedClient(stub);
        using MetricRecorder probe = client.Listen();

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        Assert.Equal([$"{Catalog} 1"], probe.Totals("attempts.abandoned"));
        Assert.Equal([$"{Catalog} loadbalancing.outcome=neutral 1"], probe.Totals("attempts"));
    }

    [Fact]
    public async Task A_timeout_that_fires_far_too_late_is_counted_as_starved()
    {
        var clock = new FakeTimeProvider();
        var noticed = new TaskCompletionSource<HttpResponseMessage>();
        await using var client = new BalancedClient(new StubHandler(_ => noticed.Task), static o => o.Timeout = TimeSpan.FromSeconds(1), clock);
        using MetricRecorder probe = client.Listen();

        Task<HttpResponseMessage> sending = client.GetAsync(cancellationToken: Cancelled);
        clock.Advance(TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        noticed.SetCanceled(Cancelled);
        await Assert.ThrowsAsync<TaskCanceledException>(() => sending);

        Assert.Equal([$"{Catalog} 1"], probe.Totals("timeouts.late"));
    }

    [Fact]
    public void Ejections_and_restorations_are_counted()
    {
        using var cluster = new TestCluster();
        using MetricRecorder probe = cluster.Listen();

        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);
        cluster.RunTo(TimeSpan.FromMinutes(5));

        Assert.Equal([$"{Catalog} loadbalancing.detector=consecutive_errors 2"], probe.Totals("ejections"));
        Assert.Equal([$"{Catalog} loadbalancing.reason=sweep 2"], probe.Totals("restorations"));
        Assert.Empty(probe.Totals("ejections.refused"));
    }

    [Fact]
    public void An_ejection_over_MaxEjectionPercent_is_counted_as_refused()
    {
        using var cluster = new TestCluster(endpoints: 1);
        using MetricRecorder probe = cluster.Listen();

        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.RunTo(TimeSpan.FromSeconds(1));

        Assert.Equal([$"{Catalog} loadbalancing.detector=consecutive_errors 1"], probe.Totals("ejections.refused"));
        Assert.Empty(probe.Totals("ejections"));
    }

    [Theory]
    [InlineData(FaultScope.Request, "request")]
    [InlineData(FaultScope.Attempt, "attempt")]
    public async Task Injected_faults_are_counted_by_kind_and_scope(FaultScope scope, string tag)
    {
        await using var client = new BalancedClient(new StubHandler(), o =>
        {
            o.Fault = new FaultOptions
            {
                Scope = scope,
                Delay = new FaultDelayOptions { FixedDelay = TimeSpan.FromMilliseconds(1), Percent = 100 },
                Abort = new FaultAbortOptions { Status = 404, Percent = 100 },
            };
        });
        using MetricRecorder probe = client.Listen();

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(
            [
                $"{Catalog} loadbalancing.fault=abort loadbalancing.fault.scope={tag} 1",
                $"{Catalog} loadbalancing.fault=delay loadbalancing.fault.scope={tag} 1",
            ],
            probe.Totals("faults"));
    }

    [Fact]
    public async Task Requests_passed_through_are_counted_and_are_no_picks()
    {
        await using var client = new BalancedClient(new StubHandler());
        using MetricRecorder probe = client.Listen();

        using HttpResponseMessage one = await client.Http.GetAsync("http://elsewhere/", Cancelled);
        using HttpResponseMessage two = await client.Http.GetAsync("http://elsewhere/", Cancelled);

        Assert.Equal([$"{Catalog} 2"], probe.Totals("passthroughs"));
        Assert.Empty(probe.Totals("picks"));
    }

    [Fact]
    public void Rejected_updates_are_counted_by_source()
    {
        using var cluster = new TestCluster();
        using MetricRecorder probe = cluster.Listen();

        cluster.Update(["nonsense"], "dns");
        cluster.Update([], "test");

        Assert.Equal([$"{Catalog} loadbalancing.source=dns 1", $"{Catalog} loadbalancing.source=test 1"], probe.Totals("updates.rejected"));
    }

    [Fact]
    public void A_leaked_lease_is_counted_as_reclaimed()
    {
        using var cluster = new TestCluster();
        using MetricRecorder probe = cluster.Listen();

        cluster.Balancer.Pick().Reclaim();

        Assert.Equal([$"{Catalog} 1"], probe.Totals("leases.reclaimed"));
    }

    [Fact]
    public void Endpoints_are_observed_by_state_including_states_without_endpoints()
    {
        using var cluster = new TestCluster();
        using MetricRecorder probe = cluster.Listen();
        Assert.Equal(States(available: 4, ejected: 0), probe.Observe("endpoints"));

        cluster.Fail(cluster.Endpoints[0], 5);

        Assert.Equal(States(available: 3, ejected: 1), probe.Observe("endpoints"));
    }

    [Fact]
    public void A_cluster_waiting_for_its_first_endpoints_has_none_available()
    {
        using var cluster = new TestCluster(endpoints: 0);
        using MetricRecorder probe = cluster.Listen();

        Assert.Equal(States(available: 0, ejected: 0), probe.Observe("endpoints"));
        Assert.Empty(probe.Observe("endpoint.in_flight"));
    }

    [Fact]
    public void Attempts_are_observed_by_endpoint_and_outcome()
    {
        using var cluster = new TestCluster(endpoints: 2);
        using MetricRecorder probe = cluster.Listen();

        cluster.Succeed(cluster.Endpoints[0]);
        cluster.Fail(cluster.Endpoints[0], 2);
        cluster.Lease(cluster.Endpoints[1]).End();

        Assert.Equal(
            [
                $"{Catalog} loadbalancing.outcome=failure server.address=10.0.0.1 server.port=8080 2",
                $"{Catalog} loadbalancing.outcome=failure server.address=10.0.0.2 server.port=8080 0",
                $"{Catalog} loadbalancing.outcome=neutral server.address=10.0.0.1 server.port=8080 0",
                $"{Catalog} loadbalancing.outcome=neutral server.address=10.0.0.2 server.port=8080 1",
                $"{Catalog} loadbalancing.outcome=success server.address=10.0.0.1 server.port=8080 1",
                $"{Catalog} loadbalancing.outcome=success server.address=10.0.0.2 server.port=8080 0",
            ],
            probe.Observe("endpoint.attempts"));
    }

    [Fact]
    public void Attempts_in_flight_are_observed_by_endpoint()
    {
        using var cluster = new TestCluster(endpoints: 2);
        using MetricRecorder probe = cluster.Listen();

        using EndpointLease lease = cluster.Lease(cluster.Endpoints[1]);

        Assert.Equal(
            [$"{Catalog} server.address=10.0.0.1 server.port=8080 0", $"{Catalog} server.address=10.0.0.2 server.port=8080 1"],
            probe.Observe("endpoint.in_flight"));
    }

    [Fact]
    public void Endpoints_of_the_same_address_are_one_series()
    {
        using var cluster = new TestCluster(
            ["http://10.0.0.1:8080/a", "http://10.0.0.1:8080/b", new EndpointDescription("http://10.0.0.1:8080") { Hostname = "other" }]);
        using MetricRecorder probe = cluster.Listen();

        using EndpointLease one = cluster.Lease(cluster.Endpoints[0]);
        using EndpointLease two = cluster.Lease(cluster.Endpoints[2]);

        Assert.Equal([$"{Catalog} server.address=10.0.0.1 server.port=8080 2"], probe.Observe("endpoint.in_flight"));
        Assert.Single(probe.Readings, static reading => reading.Instrument.Name == "loadbalancing.client.endpoint.in_flight");
    }

    [Theory]
    [InlineData("http://[2001:DB8::1]:8080", "server.address=2001:db8::1 server.port=8080")]
    [InlineData("https://api.example", "server.address=api.example server.port=443")]
    [InlineData("unix:///run/catalog.sock", "server.address=/run/catalog.sock")]
    public void Endpoint_addresses_follow_the_semantic_conventions(string address, string tags)
    {
        using var cluster = new TestCluster([address]);
        using MetricRecorder probe = cluster.Listen();

        Assert.Equal([$"{Catalog} {tags} 0"], probe.Observe("endpoint.in_flight"));
    }

    [Fact]
    public void The_series_of_an_endpoint_end_when_it_is_removed_and_restart_at_zero()
    {
        using var cluster = new TestCluster(endpoints: 2);
        using MetricRecorder probe = cluster.Listen();
        cluster.Succeed(cluster.Endpoints[1]);

        cluster.Update([TestCluster.Address(1)]);
        Assert.DoesNotContain(probe.Observe("endpoint.attempts"), static series => series.Contains("10.0.0.2", StringComparison.Ordinal));
        Assert.Single(probe.Observe("endpoint.in_flight"));

        cluster.Update([TestCluster.Address(1), TestCluster.Address(2)]);
        Assert.Contains($"{Catalog} loadbalancing.outcome=success server.address=10.0.0.2 server.port=8080 0", probe.Observe("endpoint.attempts"));
    }

    [Fact]
    public void The_series_of_a_cluster_end_with_it()
    {
        using var cluster = new TestCluster();
        using MetricRecorder probe = cluster.Listen();

        cluster.Stop();

        Assert.Empty(probe.Observe("endpoints"));
    }

    [Fact]
    public void No_counter_and_no_histogram_has_an_endpoint_tag()
    {
        using var cluster = new TestCluster();
        using MetricRecorder probe = cluster.Listen();

        cluster.Fail(cluster.Balancer.Pick().Endpoint, 5);
        cluster.RunTo(TimeSpan.FromMinutes(5));

        Assert.NotEmpty(probe.Readings);
        Assert.DoesNotContain(
            probe.Readings,
            static reading => !reading.Instrument.IsObservable && reading.Series.Contains("server.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_container_has_its_own_meter()
    {
        await using var one = new BalancedClient(new StubHandler());
        await using var two = new BalancedClient(new StubHandler());
        using MetricCollector<long> picks = one.Counter("picks");

        using HttpResponseMessage response = await two.GetAsync(cancellationToken: Cancelled);

        Assert.Empty(picks.GetMeasurementSnapshot());
    }

    private static string[] States(int available, int ejected) =>
    [
        $"{Catalog} loadbalancing.endpoint.state=available {available}",
        $"{Catalog} loadbalancing.endpoint.state=ejected {ejected}",
        $"{Catalog} loadbalancing.endpoint.state=unhealthy 0",
        $"{Catalog} loadbalancing.endpoint.state=untested 0",
    ];
}
