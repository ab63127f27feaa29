using System.Net;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Compliance.Redaction;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Http.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.Tests.Registration;

/// <summary>Which handlers see a call and which see each of its attempts, whatever the order of registration. Each call here has three attempts.</summary>
public sealed class HandlerOrderTests : IDisposable
{
    private readonly StubHandler _stub = StubHandler.Script(HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
    private readonly FakeLogCollector _logs = new();
    private readonly Counts _counts = new();

    /// <summary>The places where a neighbour may be registered, relative to the balancing.</summary>
    public enum Order
    {
        Before,
        After,
        AfterABalancerWithoutClient,
        UnderTheDefaultsOfAllClients,
    }

    public static TheoryData<Order> Orders => [.. Enum.GetValues<Order>()];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task A_logger_inside_the_pipeline_sees_each_attempt_and_one_around_it_the_call(Order order)
    {
        await CallAsync(order, builder => builder
            .AddLogger(_ => new CountingLogger(_counts, "inside"), wrapHandlersPipeline: false)
            .AddLogger(_ => new CountingLogger(_counts, "around"), wrapHandlersPipeline: true));

        Assert.Equal((3, 1), (_counts["inside"], _counts["around"]));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task The_default_logging_logs_each_request_that_is_sent_and_the_call_once(Order order)
    {
        await CallAsync(order, static _ => { });

        Assert.Equal(3, CountLogs("System.Net.Http.HttpClient.catalog.ClientHandler", "RequestStart"));
        Assert.Equal(1, CountLogs("System.Net.Http.HttpClient.catalog.LogicalHandler", "RequestPipelineStart"));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Extended_logging_inside_the_pipeline_logs_each_attempt(Order order)
    {
        await CallAsync(order, static builder =>
        {
            builder.Services.AddSingleton<IRedactorProvider>(NullRedactorProvider.Instance);
#pragma warning disable EXTEXP0003 // Where such loggers are put is what this test is about.
            builder.AddExtendedHttpClientLogging(wrapHandlersPipeline: false);
#pragma warning restore EXTEXP0003
        });

        Assert.Equal(3, _logs.GetSnapshot().Count(static log => log.Category?.EndsWith(".HttpClientLogger", StringComparison.Ordinal) == true));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task A_handler_of_the_client_sees_the_call_and_one_appended_by_a_filter_each_attempt(Order order)
    {
        await CallAsync(order, builder =>
        {
            builder.AddHttpMessageHandler(() => new CountingHandler(_counts, "client"));
            builder.Services.AddSingleton<IHttpMessageHandlerBuilderFilter>(new Appending(() => new CountingHandler(_counts, "filter")));
        });

        Assert.Equal((1, 3), (_counts["client"], _counts["filter"]));
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task A_resilience_handler_is_around_the_call(Order order)
    {
        await CallAsync(order, builder =>
        {
            builder.AddStandardResilienceHandler();
            builder.AddLogger(_ => new CountingLogger(_counts, "inside"), wrapHandlersPipeline: false);
        });

        Assert.Equal(3, _counts["inside"]);
        Assert.Equal(3, _stub.Calls.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_requests_of_a_transport_are_measured_by_the_meters_of_the_application(bool balancerFirst)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync();
        var services = new ServiceCollection();
        if (balancerFirst)
        {
            services.AddLoadBalancer("smtp", static options => options.Endpoints = ["tcp://10.0.0.1:25"]);
        }

        services.AddLoadBalancedHttpClient("catalog", options => options.Endpoints = [server.Address]);
        await using ServiceProvider provider = services.BuildServiceProvider();
        using var durations = new MetricCollector<double>(
            provider.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), "System.Net.Http", "http.client.request.duration");

        using HttpResponseMessage response = await provider.GetRequiredService<IHttpClientFactory>()
            .CreateClient("catalog").GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);

        await Eventually.IsTrue(() => durations.GetMeasurementSnapshot().Count == 1);
        Assert.Equal("catalog", Assert.Single(durations.GetMeasurementSnapshot()).Tags["server.address"]);
    }

    [Fact]
    public async Task A_body_that_a_handler_below_has_buffered_is_sent_by_a_transport()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            static async context => await context.Request.Body.CopyToAsync(context.Response.Body));
        await using var client = new BalancedClient(
            options: options => options.Endpoints = [server.Address],
            builder: static builder => builder.Services.AddSingleton<IHttpMessageHandlerBuilderFilter>(new Appending(static () => new BufferingHandler())));

        foreach (string content in BodyMatrix.Contents)
        {
            using HttpContent body = BodyMatrix.Create(content);
            using HttpResponseMessage response = await client.Http.PostAsync("/", body, TestContext.Current.CancellationToken);
            byte[] echoed = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
            Assert.Equal(await BodyMatrix.ExpectedAsync(content), BodyMatrix.Mask(echoed, body));
        }
    }

    public void Dispose() => _stub.Dispose();

    private async Task CallAsync(Order order, Action<IHttpClientBuilder> neighbour)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(_logs)));
        services.AddSingleton<RandomSource>(new ConstantRandom());
        switch (order)
        {
            case Order.Before:
                neighbour(services.AddHttpClient("catalog"));
                break;
            case Order.AfterABalancerWithoutClient:
                services.AddLoadBalancer("smtp", static options => options.Endpoints = ["tcp://10.0.0.1:25"]);
                break;
            case Order.UnderTheDefaultsOfAllClients:
                services.ConfigureHttpClientDefaults(neighbour);
                break;
        }

        IHttpLoadBalancingBuilder balanced = services.AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"]);
        balanced.ConfigurePrimaryHttpMessageHandler(() => _stub);
        if (order is Order.After or Order.AfterABalancerWithoutClient)
        {
            neighbour(balanced);
        }

        await using ServiceProvider provider = services.BuildServiceProvider();
        using HttpClient http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        using HttpResponseMessage response = await http.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, 3), (response.StatusCode, _stub.Calls.Count));
    }

    private int CountLogs(string category, string @event) =>
        _logs.GetSnapshot().Count(log => log.Category == category && log.Id.Name == @event);

    private sealed class Counts
    {
        private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

        public int this[string name] => _byName.GetValueOrDefault(name);

        public void Add(string name) => _byName[name] = this[name] + 1;
    }

    private sealed class CountingLogger(Counts counts, string name) : IHttpClientLogger
    {
        public object? LogRequestStart(HttpRequestMessage request)
        {
            counts.Add(name);
            return null;
        }

        public void LogRequestStop(object? context, HttpRequestMessage request, HttpResponseMessage response, TimeSpan elapsed)
        {
        }

        public void LogRequestFailed(object? context, HttpRequestMessage request, HttpResponseMessage? response, Exception exception, TimeSpan elapsed)
        {
        }
    }

    private sealed class CountingHandler(Counts counts, string name) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            counts.Add(name);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class BufferingHandler : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.LoadIntoBufferAsync(cancellationToken);
            await request.Content.ReadAsStringAsync(cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Appending(Func<DelegatingHandler> create) : IHttpMessageHandlerBuilderFilter
    {
        public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
        {
            next(builder);
            builder.AdditionalHandlers.Add(create());
        };
    }
}
