using System.Collections.Concurrent;
using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace LoadBalancing.Client.Tests.Cluster;

public sealed class LoadBalancerObserverTests
{
    private static readonly string[] OneAttempt = ["picked 1", "reported 1 Success after 2 s", "ended 1 Success after 5 s"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void It_receives_the_pick_the_report_and_the_end_of_an_attempt_with_the_elapsed_time()
    {
        using var cluster = new TestCluster(endpoints: 1);
        var observer = new Notes();
        using IDisposable subscription = cluster.Balancer.Subscribe(observer);

        EndpointLease lease = cluster.Balancer.Pick();
        cluster.Time.Advance(TimeSpan.FromSeconds(2));
        lease.Report(AttemptOutcome.Success);
        cluster.Time.Advance(TimeSpan.FromSeconds(3));
        lease.End();

        Assert.Equal(OneAttempt, observer.Lines);
        Assert.All(observer.Attempts, attempt => Assert.Equal((1, lease.Endpoint, lease.StartedAt), (attempt.Id, attempt.Endpoint, attempt.StartTimestamp)));
    }

    [Fact]
    public void Concurrent_attempts_are_distinguished_by_their_ids()
    {
        using var cluster = new TestCluster(endpoints: 1);
        var observer = new Notes();
        EndpointLease early = cluster.Balancer.Pick();
        using IDisposable subscription = cluster.Balancer.Subscribe(observer);

        EndpointLease first = cluster.Balancer.Pick();
        EndpointLease second = cluster.Balancer.Pick();
        second.Report(AttemptOutcome.Success);
        early.Report(AttemptOutcome.Success);
        first.Report(AttemptOutcome.Success);
        early.End();
        first.End();
        second.End();

        Assert.Equal([1, 2, 2, 3, 1, 3, 1, 2], observer.Attempts.Select(static attempt => attempt.Id));
        Assert.Equal([false, false, false, true, false, true, false, false], observer.Attempts.Select(static attempt => attempt.StartTimestamp == 0));
    }

    [Fact]
    public void Unobserved_attempts_get_no_id()
    {
        using var cluster = new TestCluster(endpoints: 1);
        cluster.Balancer.Pick().End(AttemptOutcome.Success);
        var observer = new Notes();
        using IDisposable subscription = cluster.Balancer.Subscribe(observer);

        cluster.Balancer.Pick().End(AttemptOutcome.Success);

        Assert.All(observer.Attempts, static attempt => Assert.Equal(1, attempt.Id));
    }

    [Fact]
    public void Observers_of_the_same_attempt_receive_the_same_id_even_when_threads_race_for_it()
    {
        using var cluster = new TestCluster(endpoints: 1);
        for (int i = 0; i < 200; i++)
        {
            EndpointLease lease = cluster.Balancer.Pick();
            var ids = new ConcurrentBag<long>();
            Parallel.For(0, 4, _ => ids.Add(lease.GetAttemptInfo().Id));
            lease.End(AttemptOutcome.Success);

            Assert.Single(ids.Distinct());
        }
    }

    [Fact]
    public void Nothing_that_an_observer_receives_can_end_an_attempt()
    {
        Type[] received =
        [
            .. typeof(LoadBalancerObserver).GetMethods()
                .SelectMany(static method => method.GetParameters())
                .Select(static parameter => parameter.ParameterType),
        ];
        IEnumerable<Type> reachable = received.SelectMany(static type => type.GetProperties())
            .Select(static property => property.PropertyType)
            .Concat(received);

        Assert.Contains(typeof(AttemptInfo), received);
        Assert.DoesNotContain(reachable, static type => type == typeof(EndpointLease) || typeof(IDisposable).IsAssignableFrom(type));
    }

    [Fact]
    public void An_ejection_is_reported_with_its_detector_counts_and_duration()
    {
        using var cluster = new TestCluster();
        var observer = new Notes();
        using IDisposable subscription = cluster.Balancer.Subscribe(observer);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        cluster.Fail(endpoint, 5);
        DateTimeOffset detectedAt = cluster.Time.GetUtcNow();
        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));

        EjectionEvent ejection = Assert.Single(observer.Ejections);
        Assert.Same(endpoint, ejection.Endpoint);
        Assert.Equal(
            (OutlierDetectorKind.ConsecutiveErrors, 5L, 5L, detectedAt),
            (ejection.Detector, ejection.FailureCount, ejection.AttemptCount, ejection.Timestamp));
        Assert.Equal(endpoint.EjectedUntil, detectedAt + ejection.Duration);
        Assert.Equal("5 failures in a row, the last: ErrorResponse", ejection.Reason);
    }

    [Fact]
    public void A_refused_ejection_and_a_restoration_are_reported()
    {
        using var cluster = new TestCluster(endpoints: 2);
        var observer = new Notes();
        using IDisposable subscription = cluster.Balancer.Subscribe(observer);

        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);
        cluster.RunTo(TimeSpan.FromMinutes(4));

        EjectionEvent refused = Assert.Single(observer.Refusals);
        Assert.Equal((cluster.Endpoints[1], null), (refused.Endpoint, refused.Duration));
        (UpstreamEndpoint restored, RestoreCause cause, DateTimeOffset at) = Assert.Single(observer.Returns);
        Assert.Equal((cluster.Endpoints[0], RestoreCause.Sweep), (restored, cause));
        Assert.Equal(cluster.Time.Start + TimeSpan.FromMinutes(4), at);
    }

    [Fact]
    public void Added_endpoints_are_reported_with_their_source()
    {
        using var cluster = new TestCluster(endpoints: 1);
        var observer = new Notes();
        using IDisposable subscription = cluster.Balancer.Subscribe(observer);

        cluster.Update([TestCluster.Address(1), TestCluster.Address(2)]);
        cluster.Update([TestCluster.Address(1), TestCluster.Address(2)]);
        cluster.Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["test: 2"], observer.Changes);
    }

    [Fact]
    public async Task A_retry_is_reported_with_its_cause_and_its_delay()
    {
        await using var client = new BalancedClient(StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), time: new FakeTimeProvider());
        var observer = new Notes();
        using IDisposable subscription = client.Balancer.Subscribe(observer);

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        RetryEvent retry = Assert.Single(observer.Retries);
        Assert.Equal(("10.0.0.2", "gateway-error", 1, TimeSpan.Zero), (retry.Endpoint?.Address.Host, retry.Reason, retry.RetryNumber, retry.Delay));
        Assert.Equal(
            ["picked 2", "reported 2 Gateway after 0 s", "ended 2 Gateway after 0 s", "picked 3", "reported 3 Success after 0 s", "ended 3 Success after 0 s"],
            observer.Lines);
    }

    [Fact]
    public void An_observer_that_throws_affects_nothing_else_and_is_logged_once()
    {
        using var cluster = new TestCluster(endpoints: 1);
        var second = new Notes();
        using IDisposable throwing = cluster.Balancer.Subscribe(new Faulty());
        using IDisposable subscription = cluster.Balancer.Subscribe(second);

        cluster.Balancer.Pick().End(AttemptOutcome.Success);
        cluster.Balancer.Pick().End(AttemptOutcome.Success);

        Assert.Equal(6, second.Lines.Count);
        Assert.Equal(2, cluster.Endpoints[0].SuccessCount);
        Assert.Single(cluster.Logs.GetSnapshot(), static log => log.Id.Id == LogEvents.ObserverFailed);
    }

    [Fact]
    public void Ending_one_subscription_of_an_observer_keeps_its_other_one()
    {
        using var cluster = new TestCluster(endpoints: 1);
        var observer = new Notes();
        IDisposable first = cluster.Balancer.Subscribe(observer);
        IDisposable second = cluster.Balancer.Subscribe(observer);

        first.Dispose();
        first.Dispose();
        cluster.Balancer.Pick().End();
        Assert.Equal(2, observer.Lines.Count);

        second.Dispose();
        cluster.Balancer.Pick().End();
        Assert.Equal(2, observer.Lines.Count);
        Assert.Null(cluster.Balancer.Observers);
    }

    [Fact]
    public void Concurrent_subscribing_and_unsubscribing_loses_no_observer()
    {
        using var cluster = new TestCluster(endpoints: 1);
        var stays = new Notes();
        using IDisposable subscription = cluster.Balancer.Subscribe(stays);

        Parallel.For(0, 1000, _ => cluster.Balancer.Subscribe(new Faulty()).Dispose());
        cluster.Balancer.Pick().End();

        Assert.Equal(2, stays.Lines.Count);
    }

    private sealed class Faulty : LoadBalancerObserver
    {
        public override void OnPicked(AttemptInfo attempt) => throw new InvalidOperationException("observer");

        public override void OnAttemptEnded(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed) => throw new InvalidOperationException("observer");
    }

    private sealed class Notes : LoadBalancerObserver
    {
        public List<string> Lines { get; } = [];

        public List<AttemptInfo> Attempts { get; } = [];

        public List<EjectionEvent> Ejections { get; } = [];

        public List<EjectionEvent> Refusals { get; } = [];

        public List<(UpstreamEndpoint Endpoint, RestoreCause Cause, DateTimeOffset At)> Returns { get; } = [];

        public List<RetryEvent> Retries { get; } = [];

        public List<string> Changes { get; } = [];

        public override void OnPicked(AttemptInfo attempt) => Add(attempt, $"picked {Number(attempt)}");

        public override void OnAttemptReported(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed) =>
            Add(attempt, $"reported {Number(attempt)} {outcome} after {elapsed.TotalSeconds} s");

        public override void OnAttemptEnded(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed) =>
            Add(attempt, $"ended {Number(attempt)} {outcome} after {elapsed.TotalSeconds} s");

        public override void OnRetry(RetryEvent retry) => Retries.Add(retry);

        public override void OnEjected(EjectionEvent ejection) => Ejections.Add(ejection);

        public override void OnEjectionRefused(EjectionEvent ejection) => Refusals.Add(ejection);

        public override void OnRestored(UpstreamEndpoint endpoint, RestoreCause cause, DateTimeOffset timestamp) => Returns.Add((endpoint, cause, timestamp));

        public override void OnEndpointsChanged(string source, IReadOnlyList<UpstreamEndpoint> endpoints) => Changes.Add($"{source}: {endpoints.Count}");

        private static char Number(AttemptInfo attempt) => attempt.Endpoint.Address.Host[^1];

        private void Add(AttemptInfo attempt, string line)
        {
            Attempts.Add(attempt);
            Lines.Add(line);
        }
    }
}
