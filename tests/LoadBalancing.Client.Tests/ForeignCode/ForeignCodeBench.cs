using System.Net;
using System.Runtime.CompilerServices;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace LoadBalancing.Client.Tests.ForeignCode;

/// <summary>
/// A client with all features in use, whose foreign code shares a trap. A round makes calls of all kinds; afterwards everything that calls acquire must
/// be released.
/// </summary>
internal sealed class ForeignCodeBench : IAsyncDisposable
{
    private const int MaxRequests = 2;

    private readonly FakeTimeProvider _time = new();
    private readonly ManualEndpointSource _updates = new("registry");
    private readonly Trap _trap;
    private readonly TrappedServers _servers;
    private readonly BalancedClient _client;
    private MetricRecorder? _listener;

    public ForeignCodeBench(Trap trap)
    {
        _trap = trap;
        _servers = new TrappedServers(trap);
        _client = new BalancedClient(_servers, Configure, _time, builder: builder =>
        {
            builder.Services.AddLogging(logging => logging.AddProvider(new TrappedLogging(trap)));
            builder.Services.AddSingleton<ILoadBalancingStrategy>(new TrappedStrategy(trap));
            builder.Services.AddSingleton(Caller());
            builder.Services.AddSingleton(Probe());
            builder.AddEndpointSource(Source());
            builder.AddHttpMessageHandler(() => new TrappedHandler(trap));
        });
    }

    /// <summary>Starts the service. Foreign code that is called at the start may stop it; the next use starts it again.</summary>
    public void Start()
    {
        Exception? failure = Record.Exception(Begin);
        if (failure is not null)
        {
            Begin();
        }

        void Begin()
        {
            _client.Balancer.Subscribe(Observer());
            _client.Faults.Inject(
                BalancedClient.Name,
                new FaultOptions { Abort = new() { Percent = 100, Status = 503 }, Scope = FaultScope.Attempt },
                request =>
                {
                    _trap.Enter(ForeignCodeKind.FaultPredicate);
                    return request.RequestUri!.AbsolutePath == "/abort";
                });
            _listener ??= _client.Listen(() => _trap.Enter(ForeignCodeKind.MeterListener));
        }
    }

    public async Task RunRoundAsync()
    {
        await CallAsync("/items");
        await CallAsync("/flaky");
        await CallAsync("/flaky", upload: true);
        await CallAsync("/flaky", sync: true);
        await CallAsync("/abort", upload: true);
        await TryAsync(async () => await _client.Balancer.ExecuteAsync(
            static (endpoint, _) => endpoint.Priority == 0 ? ValueTask.CompletedTask : throw new InvalidOperationException(),
            TestContext.Current.CancellationToken));
        await CancelAsync();
        await OverflowAsync();
        _updates.Push("http://10.0.0.4");
        _updates.Push("http://10.0.0.4", "http://10.0.0.5");

        // Sweeps, trial requests, health checks, and the backoff of the source. A timer that throws ends the step.
        Record.Exception(() => _time.Advance(TimeSpan.FromSeconds(11)));
        await CallAsync("/flaky");
        await CallAsync("/items");
    }

    /// <summary>Asserts that nothing that was acquired is still held, and that calls succeed.</summary>
    public async Task AssertNothingIsLostAsync(string after)
    {
        Record.Exception(() => _time.Advance(TimeSpan.FromSeconds(61)));
        foreach (UpstreamEndpoint endpoint in _client.Endpoints)
        {
            Assert.True(endpoint.InFlight == 0, $"{endpoint.InFlight} in flight on {endpoint} after {after}");
            if (endpoint.CurrentEjection is { } ejection)
            {
                Assert.True(ejection.TrialGate.TryEnter(isRetryable: true, now: long.MaxValue), $"The trial gate of {endpoint} is taken after {after}");
                ejection.TrialGate.Leave();
            }
        }

        RequestPermits permits = _client.Balancer.Permits;
        Assert.True(permits.PermitsInUse == 0, $"{permits.PermitsInUse} permits are in use after {after}");
        Assert.True(permits.QueuedCount == 0, $"{permits.QueuedCount} calls are queued after {after}");
        Assert.True(_servers.OpenResponses == 0, $"{_servers.OpenResponses} responses are not disposed after {after}");
        using HttpResponseMessage response = await _client.Http.GetAsync("/items", TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"The next call ended with {response.StatusCode} after {after}");
        for (int i = 0; i < 8; i++)
        {
            // The first server fails each of them, so a round of calls needs a retry, and its permit.
            using HttpResponseMessage retried = await _client.Http.GetAsync("/flaky", TestContext.Current.CancellationToken);
            Assert.True(retried.StatusCode == HttpStatusCode.OK, $"A later call ended with {retried.StatusCode} after {after}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        await _client.DisposeAsync();
    }

    private static void Configure(LoadBalancingOptions options)
    {
        options.Strategy = TrappedStrategy.StrategyName;
        options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2", "http://10.0.0.3"];
        options.HashPolicies =
        [
            new() { Header = "x-user" },
            new() { Cookie = new() { Name = "shop", Ttl = TimeSpan.FromHours(1) } },
            new() { CallerAddress = true },
        ];
        options.SessionAffinity = new SessionAffinityOptions { Keys = ["b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w="] };
        options.ConnectionPool = new ConnectionPoolOptions
        {
            MaxRequests = MaxRequests,
            MaxPendingRequests = 1,
            MaxRequestsPerEndpoint = MaxRequests,
            MaxConcurrentRetries = 1,
        };
        options.Retry.RetryAllMethods = true;
        options.OutlierDetection.ConsecutiveErrors = 1;
        options.OutlierDetection.BaseEjectionTime = TimeSpan.FromSeconds(10);
        options.OutlierDetection.Interval = TimeSpan.FromSeconds(5);
        options.OutlierDetection.RestorePolicy = EjectionRestorePolicy.TrialRequest;
        options.HealthCheck.Kind = HealthCheckKind.Custom;
        options.HealthCheck.Probe = "mock";
        options.HealthCheck.Interval = TimeSpan.FromSeconds(5);
    }

    private async Task CallAsync(string path, bool upload = false, bool sync = false)
    {
        using var request = new HttpRequestMessage(upload ? HttpMethod.Post : HttpMethod.Get, path);
        if (upload)
        {
            request.Content = new StreamContent(new MemoryStream([1, 2, 3]));
            request.LoadBalancing().ContentFactory(() =>
            {
                _trap.Enter(ForeignCodeKind.ContentFactory);
                return new StreamContent(new MemoryStream([1, 2, 3]));
            });
        }

        await TryAsync(async () =>
        {
            using HttpResponseMessage response = sync
                ? _client.Http.Send(request, TestContext.Current.CancellationToken)
                : await _client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        });
    }

    /// <summary>A caller gives up while its request is in flight.</summary>
    private async Task CancelAsync()
    {
        _servers.Close();
        using var source = new CancellationTokenSource();
        Task call = TryAsync(async () =>
        {
            using HttpResponseMessage response = await _client.Http.GetAsync("/hang", source.Token);
        });
        await source.CancelAsync();
        await call;
    }

    /// <summary>Two calls hold all permits, one waits in the queue, and one is refused.</summary>
    private async Task OverflowAsync()
    {
        _servers.Close();
        Task[] calls = [.. Enumerable.Range(0, 4).Select(_ => CallAsync("/hang"))];
        _servers.Open();
        await Task.WhenAll(calls);
    }

    private static async Task TryAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            // What callers receive is not the point here.
        }
    }

    private ICallerContext Caller()
    {
        var caller = new Mock<ICallerContext>();
        caller.Setup(static context => context.GetHeader(It.IsAny<string>())).Callback(Enter).Returns((string?)null);
        caller.Setup(static context => context.GetCookie(It.IsAny<string>())).Callback(Enter).Returns((string?)null);
        caller.SetupGet(static context => context.CallerAddress).Callback(Enter).Returns(IPAddress.Loopback);
        caller
            .Setup(static context => context.TrySetCookie(It.IsAny<string>(), It.IsAny<string>(), It.IsAny<TimeSpan>(), It.IsAny<string>()))
            .Callback(() => _trap.Enter(ForeignCodeKind.CallerCookie))
            .Returns(true);
        caller
            .Setup(static context => context.GetOrAddCookie(It.IsAny<string>(), It.IsAny<string>(), It.IsAny<TimeSpan>(), It.IsAny<string>()))
            .Callback(() => _trap.Enter(ForeignCodeKind.CallerCookie))
            .Returns(static (string _, string value, TimeSpan _, string _) => value);
        return caller.Object;

        void Enter() => _trap.Enter(ForeignCodeKind.CallerContext);
    }

    private IHealthProbe Probe()
    {
        var probe = new Mock<IHealthProbe>();
        probe.SetupGet(static probe => probe.Name).Returns("mock");
        probe
            .Setup(static probe => probe.ProbeAsync(It.IsAny<UpstreamEndpoint>(), It.IsAny<CancellationToken>()))
            .Callback(() => _trap.Enter(ForeignCodeKind.Probe))
            .Returns(new ValueTask<ProbeResult>(ProbeResult.Healthy));
        return probe.Object;
    }

    private IEndpointSource Source()
    {
        var source = new Mock<IEndpointSource>();
        source.SetupGet(static source => source.Name).Callback(Enter).Returns("registry");
        source
            .Setup(static source => source.WatchAsync(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .Returns((string service, CancellationToken token) => WatchAsync(service, token));
        return source.Object;

        void Enter() => _trap.Enter(ForeignCodeKind.Source);

        async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(string service, [EnumeratorCancellation] CancellationToken token)
        {
            Enter();
            await foreach (IReadOnlyList<EndpointDescription> update in _updates.WatchAsync(service, token))
            {
                Enter();
                yield return update;
            }
        }
    }

    private LoadBalancerObserver Observer()
    {
        var observer = new Mock<LoadBalancerObserver>();
        observer.Setup(static observer => observer.OnPicked(It.IsAny<AttemptInfo>())).Callback(Enter);
        observer
            .Setup(static observer => observer.OnAttemptReported(It.IsAny<AttemptInfo>(), It.IsAny<AttemptOutcome>(), It.IsAny<TimeSpan>()))
            .Callback(Enter);
        observer
            .Setup(static observer => observer.OnAttemptEnded(It.IsAny<AttemptInfo>(), It.IsAny<AttemptOutcome>(), It.IsAny<TimeSpan>()))
            .Callback(Enter);
        observer.Setup(static observer => observer.OnRetry(It.IsAny<RetryEvent>())).Callback(Enter);
        observer.Setup(static observer => observer.OnEjected(It.IsAny<EjectionEvent>())).Callback(Enter);
        return observer.Object;

        void Enter() => _trap.Enter(ForeignCodeKind.Observer);
    }
}
