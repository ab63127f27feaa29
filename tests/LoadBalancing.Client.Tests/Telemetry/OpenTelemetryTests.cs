using System.Diagnostics;
using System.Globalization;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace LoadBalancing.Client.Tests.Telemetry;

/// <summary>In a host with only OpenTelemetry's own registration and the library's two names.</summary>
[Collection(RunsAlone.Name)]
public sealed class OpenTelemetryTests : IAsyncLifetime
{
    private readonly List<Activity> _spans = [];
    private readonly List<MetricSnapshot> _metrics = [];
    private readonly ManualEndpointSource _source = new();
    private LoopbackServer _good = null!;
    private LoopbackServer _bad = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _good = await LoopbackServer.StartAsync();
        _bad = await LoopbackServer.StartAsync(static context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        _source.Push(_good.Address, _bad.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _good.DisposeAsync();
        await _bad.DisposeAsync();
    }

    [Fact]
    public async Task A_trace_contains_the_call_and_below_it_the_attempts()
    {
        using IHost host = await StartAsync();

        using HttpResponseMessage response = await GetAsync(host);

        Activity call = Assert.Single(_spans, static span => span.Source.Name == LoadBalancingTelemetry.ActivitySourceName);
        Activity[] attempts = [.. _spans.Where(static span => span.Source.Name == SpanRecorder.SystemNetHttp)];
        Assert.Equal(("balance orders", 1), (call.DisplayName, call.GetTagItem("http.request.resend_count")));
        Assert.Equal(
            [(503, call.SpanId), (200, call.SpanId)],
            attempts.Select(static span => ((int)span.GetTagItem("http.response.status_code")!, span.ParentSpanId)));
        Assert.All(attempts, static span => Assert.Equal("orders", span.GetTagItem("server.address")));
    }

    [Fact]
    public async Task The_metrics_of_a_call_are_exported_with_their_units()
    {
        using IHost host = await StartAsync();

        using HttpResponseMessage response = await GetAsync(host);
        MetricSnapshot[] metrics = Collect(host);

        Assert.Equal("{attempt}", metrics.Single(static metric => metric.Name == "loadbalancing.client.attempts").Unit);
        Assert.Equal(
            ["orders gateway 1", "orders success 1"],
            Values(metrics, "loadbalancing.client.attempts", "loadbalancing.cluster", "loadbalancing.outcome"));
        Assert.Equal(["orders gateway-error 1"], Values(metrics, "loadbalancing.client.retries", "loadbalancing.cluster", "loadbalancing.reason"));
        Assert.Equal("s", metrics.Single(static metric => metric.Name == "loadbalancing.client.attempt.duration").Unit);
        Assert.Equal(
            ["available 2", "ejected 0", "unhealthy 0", "untested 0"],
            Values(metrics, "loadbalancing.client.endpoints", "loadbalancing.endpoint.state"));
    }

    [Fact]
    public async Task The_duration_histogram_has_buckets_for_seconds()
    {
        using IHost host = await StartAsync();

        using HttpResponseMessage response = await GetAsync(host);
        MetricPoint point = Collect(host).Single(static metric => metric.Name == "loadbalancing.client.attempt.duration").MetricPoints[0];

        var bounds = new List<double>();
        foreach (HistogramBucket bucket in point.GetHistogramBuckets())
        {
            bounds.Add(bucket.ExplicitBound);
        }

        Assert.Equal((0.001, 30, double.PositiveInfinity), (bounds[0], bounds[^2], bounds[^1]));
    }

    [Fact]
    public async Task A_removed_endpoint_is_no_longer_exported()
    {
        using IHost host = await StartAsync();
        using HttpResponseMessage response = await GetAsync(host);
        Assert.Equal(2, Values(Collect(host), "loadbalancing.client.endpoint.in_flight", "server.port").Length);

        _source.Push(_good.Address);

        Assert.Equal([$"{_good.Port} 0"], Values(Collect(host), "loadbalancing.client.endpoint.in_flight", "server.port"));
    }

    [Fact]
    public async Task Metrics_by_endpoint_can_be_disabled()
    {
        using IHost host = await StartAsync(static metrics => metrics.AddView("loadbalancing.client.endpoint.*", MetricStreamConfiguration.Drop));

        using HttpResponseMessage response = await GetAsync(host);
        MetricSnapshot[] metrics = Collect(host);

        Assert.NotEmpty(metrics);
        Assert.DoesNotContain(metrics, static metric => metric.MetricPoints.Any(static point => Tags(point).ContainsKey("server.address")));
    }

    private async Task<IHost> StartAsync(Action<MeterProviderBuilder>? configure = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddSingleton<RandomSource>(new ConstantRandom());
        builder.Services.AddLoadBalancedHttpClient("orders", static _ => { }).AddEndpointSource(_source);
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing
                .AddSource(LoadBalancingTelemetry.ActivitySourceName)
                .AddSource(SpanRecorder.SystemNetHttp)
                .AddInMemoryExporter(_spans))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(LoadBalancingTelemetry.MeterName).AddInMemoryExporter(_metrics);
                configure?.Invoke(metrics);
            });
        IHost host = builder.Build();
        await host.StartAsync(Cancelled);
        return host;
    }

    private static Task<HttpResponseMessage> GetAsync(IHost host) =>
        host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("orders").GetAsync(new Uri("/items", UriKind.Relative), Cancelled);

    private MetricSnapshot[] Collect(IHost host)
    {
        _metrics.Clear();
        host.Services.GetRequiredService<MeterProvider>().ForceFlush();
        return [.. _metrics];
    }

    private static string[] Values(IEnumerable<MetricSnapshot> metrics, string name, params string[] tags) =>
    [
        .. metrics
            .Single(metric => metric.Name == name)
            .MetricPoints
            .Select(point => string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', tags.Select(tag => Tags(point)[tag]))} {point.GetSumLong()}"))
            .Order(StringComparer.Ordinal),
    ];

    private static Dictionary<string, object?> Tags(MetricPoint point)
    {
        var tags = new Dictionary<string, object?>();
        foreach (KeyValuePair<string, object?> tag in point.Tags)
        {
            tags.Add(tag.Key, tag.Value);
        }

        return tags;
    }
}
