using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoadBalancing.Client.TestHost;

/// <summary>The balancer of a scenario: two endpoints, ejected by one failure, on the system's clock.</summary>
internal sealed class ScenarioHost : IAsyncDisposable
{
    private readonly MeterListener _meters = new();
    private readonly TaskCompletionSource _failureCounted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ServiceProvider _provider;

    public ScenarioHost(Action<LoadBalancingOptions>? configure = null, ILoggerProvider? logs = null, Action<IServiceCollection>? services = null)
    {
        _meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "loadbalancing.client.background.failures")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, _, _, _) => _failureCounted.TrySetResult());
        _meters.Start();
        var collection = new ServiceCollection();
        collection.AddLogging(logging => _ = logs is null ? logging : logging.AddProvider(logs));
        collection.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"];
            options.OutlierDetection.ConsecutiveErrors = 1;
            configure?.Invoke(options);
        });
        services?.Invoke(collection);
        _provider = collection.BuildServiceProvider();
    }

    /// <summary>Completes when a failure in the background was counted.</summary>
    public Task FailureCounted => _failureCounted.Task;

    public LoadBalancer Balancer => _provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");

    public HttpClient Http => _provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");

    /// <summary>Starts another service.</summary>
    public void Start(string service) => _provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(service);

    /// <summary>Ejects the next endpoint.</summary>
    public void Eject() => Balancer.Pick().End(AttemptOutcome.Failure(FailureKind.ErrorResponse));

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        _meters.Dispose();
    }
}
