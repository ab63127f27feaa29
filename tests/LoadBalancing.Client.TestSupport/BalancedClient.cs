using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// A load-balanced client of the service "catalog" in its own container. By default it has three endpoints, 10.0.0.1 to 10.0.0.3, and a random source that
/// always draws zero, so that retries have no backoff.
/// </summary>
public sealed class BalancedClient : IAsyncDisposable
{
    public const string Name = "catalog";

    private readonly ServiceProvider _provider;
    private readonly Lazy<HttpClient> _http;

    public BalancedClient(
        HttpMessageHandler? primary = null,
        Action<LoadBalancingOptions>? options = null,
        TimeProvider? time = null,
        RandomSource? random = null,
        Action<IHttpLoadBalancingBuilder>? builder = null,
        Action<HttpClient>? http = null,
        bool existing = false)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging());
        services.AddSingleton(random ?? new ConstantRandom());
        if (time is not null)
        {
            services.AddSingleton(time);
        }

        void Configure(LoadBalancingOptions target)
        {
            target.Endpoints = ["http://10.0.0.1", "http://10.0.0.2", "http://10.0.0.3"];
            options?.Invoke(target);
        }

        IHttpLoadBalancingBuilder balanced = existing
            ? services.AddHttpClient(Name, client => client.BaseAddress = new Uri($"http://{Name}/")).AddLoadBalancing(Configure)
            : services.AddLoadBalancedHttpClient(Name, Configure);
        if (primary is not null)
        {
            balanced.ConfigurePrimaryHttpMessageHandler(() => primary);
        }

        if (http is not null)
        {
            balanced.ConfigureHttpClient(http);
        }

        builder?.Invoke(balanced);
        _provider = services.BuildServiceProvider();
        _http = new Lazy<HttpClient>(() => _provider.GetRequiredService<IHttpClientFactory>().CreateClient(Name));
    }

    public HttpClient Http => _http.Value;

    /// <summary>The handler pipeline without <see cref="HttpClient"/>, which converts some exceptions.</summary>
    public HttpMessageInvoker Invoker => new(_provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(Name), disposeHandler: false);

    public LoadBalancer Balancer => _provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(Name);

    public LoadBalancer Subset(string name) => _provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(Name, name);

    public IRequestPolicyExplainer Policies => _provider.GetRequiredService<IRequestPolicyExplainer>();

    public IFaultInjection Faults => _provider.GetRequiredService<IFaultInjection>();

    public IReadOnlyList<UpstreamEndpoint> Endpoints => Balancer.Endpoints;

    /// <summary>The number of attempts in flight on all endpoints.</summary>
    public int InFlight => Endpoints.Sum(static endpoint => endpoint.InFlight);

    /// <summary>The number of successful attempts on all endpoints.</summary>
    public long Succeeded => Endpoints.Sum(static endpoint => endpoint.SuccessCount);

    /// <summary>The number of failed attempts on all endpoints.</summary>
    public long Failed => Endpoints.Sum(static endpoint => endpoint.FailureCount);

    public FakeLogCollector Logs => _provider.GetFakeLogCollector();

    /// <summary>Starts recording all instruments.</summary>
    /// <param name="onMeasured">Called before each measurement is recorded; null: no callback.</param>
    public MetricRecorder Listen(Action? onMeasured = null) => new(_provider.GetRequiredService<IMeterFactory>(), onMeasured);

    /// <summary>Starts collecting the measurements of a counter.</summary>
    public MetricCollector<long> Counter(string name) =>
        new(_provider.GetRequiredService<IMeterFactory>(), LoadBalancingTelemetry.MeterName, $"loadbalancing.client.{name}");

    /// <summary>Sends a request, synchronously or asynchronously. A synchronous call runs on its own thread, so that the test is not blocked.</summary>
    public Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        bool sync = false,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead,
        CancellationToken cancellationToken = default) => sync
            ? Task.Factory.StartNew(
                () => Http.Send(request, completion, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            : Http.SendAsync(request, completion, cancellationToken);

    /// <summary>Sends a GET request, synchronously or asynchronously.</summary>
    public Task<HttpResponseMessage> GetAsync(
        bool sync = false,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead,
        CancellationToken cancellationToken = default) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, "/items"), sync, completion, cancellationToken);

    public ValueTask DisposeAsync() => _provider.DisposeAsync();
}
