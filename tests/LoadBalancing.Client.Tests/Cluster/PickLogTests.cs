using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary>The log of picks and of their reasons.</summary>
public sealed class PickLogTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pick_names_endpoint_strategy_and_the_number_of_available_endpoints()
    {
        await using var client = new BalancedClient(new StubHandler());

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        FakeLogRecord log = Assert.Single(client.Logs.GetSnapshot(), IsPick);
        Assert.Equal(
            "Picked http://10.0.0.2/ for service 'catalog' by RoundRobin: 3 of 3 endpoints in service, level: the only one, panic: no; tried before: none; " +
                "out: none.",
            log.Message);
        Assert.Equal((LogLevel.Debug, "LoadBalancing.Client.LoadBalancer", "EndpointPicked"), (log.Level, log.Category, log.Id.Name));
    }

    [Fact]
    public async Task The_pick_of_a_retry_names_the_endpoints_already_tried()
    {
        await using var client = new BalancedClient(StubHandler.Script(HttpStatusCode.ServiceUnavailable));

        using HttpResponseMessage response = await client.GetAsync(cancellationToken: Cancelled);

        Assert.Equal(
            ["none", "http://10.0.0.2/", "http://10.0.0.2/, http://10.0.0.3/"],
            client.Logs.GetSnapshot().Where(IsPick).Select(static log => log.GetStructuredStateValue("Tried")));
    }

    [Fact]
    public void A_pick_lists_unavailable_endpoints_with_reason_and_end()
    {
        using TestCluster cluster = Explaining(4);
        cluster.Fail(cluster.Endpoints[2], 5, FailureKind.Connect);

        cluster.PickMany(1);

        FakeLogRecord log = Assert.Single(cluster.Logs.GetSnapshot(), IsPick);
        string until = cluster.Endpoints[2].EjectedUntil!.Value.ToString("O");
        Assert.EndsWith(
            $"3 of 4 endpoints in service, level: the only one, panic: no; tried before: none; out: http://10.0.0.3:8080/ is ejected until {until} (5 " +
                $"failures in a row, the last: Connect).",
            log.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_pick_in_panic_is_marked()
    {
        using TestCluster cluster = Explaining(4, static o => (o.Panic.ThresholdPercent, o.OutlierDetection.MaxEjectionPercent) = (60, 50));
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.Fail(cluster.Endpoints[1], 5);
        cluster.RunTo(TimeSpan.FromSeconds(1));

        cluster.PickMany(1);

        Assert.Contains(
            "2 of 4 endpoints in service, level: the only one, panic: yes",
            Assert.Single(cluster.Logs.GetSnapshot(), IsPick).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_pick_among_several_levels_names_its_level()
    {
        using var cluster = new TestCluster(
            [
                new EndpointDescription("http://10.0.0.1") { Locality = "eu/a" },
                new EndpointDescription("http://10.0.0.2") { Priority = 1, Locality = "eu/b" },
                new EndpointDescription("http://10.0.0.3") { Priority = 2 },
            ],
            static o => o.OutlierDetection.MaxEjectionPercent = 100,
            explainPicks: true);

        cluster.PickMany(1);
        cluster.Fail(cluster.Endpoints[0], 5);
        cluster.RunTo(TimeSpan.FromSeconds(1));
        cluster.PickMany(1);
        cluster.Fail(cluster.Endpoints[1], 5);
        cluster.RunTo(TimeSpan.FromSeconds(2));
        cluster.PickMany(1);

        Assert.Equal(["0 of 0 to 2, eu/a", "1 of 0 to 2, eu/b", "2 of 0 to 2"], cluster.Logs
            .GetSnapshot()
            .Where(IsPick)
            .Select(static log => log.GetStructuredStateValue("Level")));
    }

    [Fact]
    public void A_line_stays_short_however_many_endpoints_are_unavailable_or_were_tried()
    {
        using TestCluster cluster = Explaining(1000);
        foreach (UpstreamEndpoint endpoint in cluster.Endpoints.Take(400))
        {
            cluster.Fail(endpoint, 5);
        }

        using EndpointLease lease = cluster.Balancer.Pick(new PickContext { TriedEndpoints = [.. cluster.Endpoints.Skip(400).Take(500)] });

        string line = Assert.Single(cluster.Logs.GetSnapshot(), IsPick).Message;
        Assert.Contains("tried before: 495 more, http://", line, StringComparison.Ordinal);
        Assert.EndsWith("; and 395 more.", line, StringComparison.Ordinal);
        Assert.True(line.Length < 1500, line);
    }

    [Fact]
    public void A_balancer_without_a_client_logs_its_picks_too()
    {
        var logs = new FakeLogCollector();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new FakeLoggerProvider(logs)));
        services.AddLoadBalancer("smtp", static options => options.Endpoints = ["tcp://10.0.0.1:25"]);
        using ServiceProvider provider = services.BuildServiceProvider();

        using EndpointLease lease = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("smtp").Pick();

        Assert.Contains("Picked tcp://10.0.0.1:25/ for service 'smtp'", Assert.Single(logs.GetSnapshot(), IsPick).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Picks_are_logged_exactly_while_the_filter_enables_them()
    {
        const string Level = "LogLevel:LoadBalancing.Client.LoadBalancer";
        IConfigurationRoot filter = new ConfigurationBuilder().AddInMemoryCollection([new(Level, "Information")]).Build();
        var logs = new FakeLogCollector();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddConfiguration(filter).AddProvider(new FakeLoggerProvider(logs)));
        services
            .AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"])
            .ConfigurePrimaryHttpMessageHandler(static () => new StubHandler());
        await using ServiceProvider provider = services.BuildServiceProvider();
        HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");

        var picks = new List<int>();
        foreach (string level in new[] { "Information", "Debug", "Information" })
        {
            filter[Level] = level;
            filter.Reload();
            using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative), Cancelled);
            picks.Add(logs.GetSnapshot().Count(IsPick));
        }

        Assert.Equal([0, 1, 1], picks);
    }

    private static bool IsPick(FakeLogRecord log) => log.Id.Id == LogEvents.EndpointPicked;

    private static TestCluster Explaining(int endpoints, Action<LoadBalancingOptions>? configure = null) =>
        new(
            [.. Enumerable.Range(0, endpoints).Select(static i => (EndpointDescription)$"http://10.0.{i / 250}.{(i % 250) + 1}:8080")],
            configure,
            explainPicks: true);
}
