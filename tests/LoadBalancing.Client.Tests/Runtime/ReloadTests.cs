using System.Collections.Concurrent;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.Tests.Runtime;

/// <summary>Options that change while requests are in flight. The settings are in a real file, as in applications.</summary>
public sealed class ReloadTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("reload").FullName;
    private readonly StubHandler _stub = new();
    private readonly FakeLogCollector _logs = new();
    private readonly TestMeterFactory _meters = new();
    private readonly ServiceProvider _provider;
    private readonly IConfigurationRoot _configuration;

    public ReloadTests()
    {
        Write("""["http://10.0.0.1"]""");
        _configuration = new ConfigurationBuilder()
            .AddJsonFile(source =>
            {
                source.Path = File;
                source.ResolveFileProvider();
                source.OnLoadException = static context => context.Ignore = true;
            })
            .Build();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs)));
        services.AddSingleton<IConfiguration>(_configuration);
        services.AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(_meters);
        services.AddLoadBalancedHttpClient("catalog").ConfigurePrimaryHttpMessageHandler(() => _stub);
        _provider = services.BuildServiceProvider();
        _provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
    }

    private string File => Path.Combine(_directory, "appsettings.json");

    private string[] Endpoints =>
        [.. _provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog").Endpoints.Select(static endpoint => endpoint.Address.Host)];

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        _meters.Dispose();
        _stub.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Valid_edit_adds_and_removes_endpoints()
    {
        Edit("""["http://10.0.0.2", "http://10.0.0.3"]""");

        Assert.Equal(["10.0.0.2", "10.0.0.3"], Endpoints);
    }

    [Fact]
    public void Invalid_edit_is_logged_once_counted_and_ignored_until_the_next_valid_one()
    {
        using var rejected = new MetricCollector<long>(_meters, LoadBalancingTelemetry.MeterName, "loadbalancing.client.updates.rejected");

        Edit("""["nonsense"]""");
        _configuration.Reload();
        Assert.Equal(["10.0.0.1"], Endpoints);
        Assert.Equal(
            ["A change of the options of service 'catalog' was rejected; the last valid options stay in force. LoadBalancing:catalog:Endpoints:0: 'nonsense' " +
                "is not an absolute URI; write it like 'http://10.0.0.1:8080'."],
            Logged(LogEvents.ReloadRejected));
        Assert.True(rejected.GetMeasurementSnapshot().EvaluateAsCounter() > 0);

        Edit("""["http://10.0.0.2"]""");
        Assert.Equal(["10.0.0.2"], Endpoints);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "LoadBalancing": { "catalog": null } }""")]
    public void Missing_section_keeps_the_last_valid_options(string text)
    {
        System.IO.File.WriteAllText(File, text);
        _configuration.Reload();

        Assert.Equal(["10.0.0.1"], Endpoints);
        Assert.Single(Logged(LogEvents.ReloadRejected));
    }

    [Fact(Timeout = 30_000)]
    public async Task Watched_file_applies_valid_edits_and_ignores_malformed_ones()
    {
        // When a watched file cannot be read, the platform empties the section and raises a change.
        IConfigurationRoot watched = new ConfigurationBuilder()
            .AddJsonFile(source =>
            {
                source.Path = File;
                source.ResolveFileProvider();
                source.ReloadOnChange = true;
                source.ReloadDelay = 20;
                source.OnLoadException = static context => context.Ignore = true;
            })
            .Build();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs)));
        services.AddLoadBalancer("catalog").ReplaceConfiguration(watched.GetSection("LoadBalancing:catalog"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        LoadBalancer balancer = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");

        System.IO.File.WriteAllText(File, "{ \"LoadBalancing\": { \"catalog\"");
        await Until(() => Logged(LogEvents.ReloadRejected).Length > 0, TestContext.Current.CancellationToken);
        Assert.Equal("10.0.0.1", Assert.Single(balancer.Endpoints).Address.Host);

        Write("""["http://10.0.0.2"]""");
        await Until(() => balancer.Endpoints[0].Address.Host == "10.0.0.2", TestContext.Current.CancellationToken);
        (watched as IDisposable)?.Dispose();
    }

    [Fact]
    public void Temporarily_missing_file_keeps_the_last_valid_options()
    {
        System.IO.File.Delete(File);
        _configuration.Reload();
        Assert.Equal(["10.0.0.1"], Endpoints);

        Edit("""["http://10.0.0.2"]""");
        Assert.Equal(["10.0.0.2"], Endpoints);
    }

    [Fact]
    public void Empty_list_keeps_the_endpoints_unless_EmptyUpdate_is_Accept()
    {
        Edit("[]");
        Assert.Equal(["10.0.0.1"], Endpoints);
        Assert.Single(Logged(LogEvents.EmptyUpdateKept));

        Edit("""["http://10.0.0.2"]""");
        Edit("[]", """, "EmptyUpdate": "Accept" """);
        Assert.Empty(Endpoints);
    }

    [Fact]
    public async Task Policies_apply_to_the_next_request_and_ejections_are_kept()
    {
        LoadBalancer balancer = _provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
        Edit("""["http://10.0.0.1", "http://10.0.0.2"]""");
        for (int i = 0; i < 5; i++)
        {
            new EndpointLease(balancer, balancer.Endpoints[0], 0).End(AttemptOutcome.Failure(FailureKind.Connect));
        }

        Edit("""["http://10.0.0.1", "http://10.0.0.2"]""", """, "Fault": { "Abort": { "Status": 418, "Percent": 100 } }""");

        using HttpClient client = _provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(418, (int)response.StatusCode);
        Assert.Equal(EndpointHealth.Ejected, balancer.Endpoints[0].Health);
    }

    [Fact]
    public async Task Rapid_edits_with_every_third_invalid_fail_no_request()
    {
        using var stop = new CancellationTokenSource();
        var failures = new ConcurrentQueue<Exception>();
        int sent = 0;
        Task[] callers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using HttpClient client = _provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative));
                    response.EnsureSuccessStatusCode();
                    Interlocked.Increment(ref sent);
                }
                catch (Exception exception)
                {
                    failures.Enqueue(exception);
                }
            }
        }))];

        for (int i = 0; i < 200; i++)
        {
            if (i % 3 == 2)
            {
                System.IO.File.WriteAllText(File, i % 2 == 0 ? "{ \"LoadBalancing\"" : """{ "LoadBalancing": { "catalog": { "Endpoints": ["nonsense"] } } }""");
                _configuration.Reload();
            }
            else
            {
                Edit($"""["http://10.0.1.{i}", "http://10.0.2.{i}"]""");
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);

        Assert.Empty(failures);
        Assert.True(sent > 200, $"Only {sent} requests were sent while 200 edits were made.");
        Assert.Equal(["10.0.1.199", "10.0.2.199"], Endpoints);
        Assert.All(
            _provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog").Endpoints,
            static endpoint => Assert.Equal(0, endpoint.InFlight));
    }

    /// <summary>Waits for the file watcher; the test's timeout ends the wait.</summary>
    private static async Task Until(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private void Edit(string endpoints, string more = "")
    {
        Write(endpoints, more);
        _configuration.Reload();
    }

    private void Write(string endpoints, string more = "") =>
        System.IO.File.WriteAllText(File, $$"""{ "LoadBalancing": { "catalog": { "Endpoints": {{endpoints}}{{more}} } } }""");

    private string[] Logged(int id) => [.. _logs.GetSnapshot().Where(log => log.Id.Id == id).Select(static log => log.Message)];
}
