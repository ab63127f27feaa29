using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.TestHost;

/// <summary>
/// Foreign code that throws where no caller is. Each scenario waits for something that happens only after the exception, and only in a process that lives.
/// </summary>
internal static class Scenarios
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static readonly Dictionary<string, Func<Task>> All = new(StringComparer.Ordinal)
    {
        ["strategy-throws-at-its-second-build"] = StrategyThrowsAsync,
        ["weight-becomes-negative-after-the-update"] = WeightChangesAsync,
        ["sink-throws-at-EndpointEjected"] = SinkThrowsAtEjectionAsync,
        ["sink-throws-at-EndpointRestored"] = SinkThrowsAtRestorationAsync,
        ["sink-throws-at-HealthCheckFailed"] = SinkThrowsAtHealthCheckAsync,
        ["sink-throws-at-EndpointsChanged"] = SinkThrowsAtEndpointsChangedAsync,
        ["sink-throws-at-LeaseReclaimed"] = SinkThrowsInFinalizerAsync,
        ["meter-listener-throws-at-the-ejection"] = MeterListenerThrowsAsync,
        ["probe-registers-a-callback-that-throws"] = ProbeCallbackThrowsAsync,
        ["transport-registers-a-callback-that-throws"] = TransportCallbackThrowsAsync,
        ["strategy-throws-at-its-first-build"] = FirstBuildThrowsAsync,
    };

    public static async Task<int> RunAsync(string name)
    {
        await All[name]().WaitAsync(Limit);
        return 0;
    }

    private static async Task StrategyThrowsAsync()
    {
        var strategy = new ThrowingStrategy(2);
        await using var host = new ScenarioHost(
            static options => (options.Strategy, options.OutlierDetection.MaxEjectionPercent) = ("throwing", 100),
            services: services => services.AddSingleton<ILoadBalancingStrategy>(strategy));
        EndpointSetIs(host, 2);
        host.Eject();
        await host.FailureCounted;
        EndpointSetIs(host, 1);
        host.Eject();
        while (strategy.Calls < 3)
        {
            await Task.Yield();
        }
    }

    private static async Task WeightChangesAsync()
    {
        EndpointDescription[] list = [new("http://10.0.0.1"), new("http://10.0.0.2"), new("http://10.0.0.3")];
        var observer = new SignalObserver();
        await using var host = new ScenarioHost(options => options.Endpoints = list);
        host.Balancer.Subscribe(observer);
        Array.ForEach(list, static endpoint => endpoint.Weight = -5);
        host.Eject();
        await observer.Ejected;
        EndpointSetIs(host, 2);
    }

    private static async Task SinkThrowsAtEjectionAsync()
    {
        var logs = new ThrowingLogger("EndpointEjected");
        var observer = new SignalObserver();
        await using var host = new ScenarioHost(logs: logs);
        host.Balancer.Subscribe(observer);
        host.Eject();
        await logs.Thrown;
        await observer.Ejected;
    }

    private static async Task SinkThrowsAtRestorationAsync()
    {
        var logs = new ThrowingLogger("EndpointRestored");
        var observer = new SignalObserver();
        await using var host = new ScenarioHost(
            static options =>
            {
                options.OutlierDetection.Interval = TimeSpan.FromMilliseconds(20);
                options.OutlierDetection.BaseEjectionTime = TimeSpan.FromMilliseconds(20);
            },
            logs);
        host.Balancer.Subscribe(observer);
        host.Eject();
        await logs.Thrown;
        await observer.Restored;
    }

    private static async Task SinkThrowsAtHealthCheckAsync()
    {
        var logs = new ThrowingLogger("HealthCheckFailed");
        var probe = new SignalProbe(static _ => Task.FromResult(ProbeResult.Unhealthy("down")));
        var observer = new SignalObserver();
        await using var host = new ScenarioHost(SignalProbe.Use, logs, services => services.AddSingleton<IHealthProbe>(probe));
        host.Balancer.Subscribe(observer);
        await logs.Thrown;
        await observer.HealthChanged;
        await probe.WaitForCallAsync(5);
    }

    private static async Task SinkThrowsAtEndpointsChangedAsync()
    {
        var logs = new ThrowingLogger("EndpointsChanged");
        await using var host = new ScenarioHost(logs: logs);
        EndpointSetIs(host, 2);
        await logs.Thrown;
    }

    private static async Task SinkThrowsInFinalizerAsync()
    {
        var logs = new ThrowingLogger("LeaseReclaimed");
        await using var host = new ScenarioHost(logs: logs, services: static services =>
            services.AddHttpClient("catalog").ConfigurePrimaryHttpMessageHandler(static () => new StubTransport(static (_, _) => Task.FromResult(Ok()))));
        await DropResponseAsync(host.Http);
        while (!logs.Thrown.IsCompleted)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        GC.WaitForPendingFinalizers();
        await DropResponseAsync(host.Http);
    }

    private static async Task MeterListenerThrowsAsync()
    {
        var observer = new SignalObserver();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == "loadbalancing.client.ejections")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("The exporter is gone."));
        listener.Start();
        await using var host = new ScenarioHost();
        host.Balancer.Subscribe(observer);
        host.Eject();
        await observer.Ejected;
    }

    private static async Task ProbeCallbackThrowsAsync()
    {
        var probe = new SignalProbe(static async token =>
        {
            using (token.Register(static () => throw new InvalidOperationException("The callback failed.")))
            {
                await Task.Delay(Timeout.Infinite, token);
            }

            return ProbeResult.Healthy;
        });
        await using var host = new ScenarioHost(
            options =>
            {
                SignalProbe.Use(options);
                options.HealthCheck.Timeout = TimeSpan.FromMilliseconds(10);
            },
            services: services => services.AddSingleton<IHealthProbe>(probe));
        host.Start("catalog");
        await host.FailureCounted;
        await probe.WaitForCallAsync(5);
    }

    private static async Task TransportCallbackThrowsAsync()
    {
        await using var host = new ScenarioHost(
            static options => (options.Retry.PerTryTimeout, options.Retry.MaxRetries) = (TimeSpan.FromMilliseconds(500), 0),
            services: static services => services.AddHttpClient("catalog").ConfigurePrimaryHttpMessageHandler(static () => new StubTransport(
                static async (_, token) =>
                {
                    token.Register(static () => throw new InvalidOperationException("The callback failed."));
                    await Task.Delay(Timeout.Infinite, token);
                    return Ok();
                })));
        try
        {
            using HttpResponseMessage response = await host.Http.GetAsync(new Uri("http://catalog/"));
        }
        catch (TaskCanceledException)
        {
            await host.FailureCounted;
        }
    }

    private static async Task FirstBuildThrowsAsync()
    {
        var probe = new SignalProbe(static _ => Task.FromResult(ProbeResult.Unhealthy("down")));
        await using var host = new ScenarioHost(
            options =>
            {
                SignalProbe.Use(options);
                options.Strategy = "throwing";
            },
            services: services => services
                .AddSingleton<ILoadBalancingStrategy>(new ThrowingStrategy([.. Enumerable.Range(1, 1000)]))
                .AddSingleton<IHealthProbe>(probe)
                .AddLoadBalancer("other", options =>
                {
                    options.Endpoints = ["tcp://10.0.0.9:1"];
                    SignalProbe.Use(options);
                }));
        try
        {
            EndpointSetIs(host, 2);
        }
        catch (InvalidOperationException exception) when (exception.Message == "The table is full.")
        {
            // Health checks of the service that did not start would soon publish an unhealthy endpoint, and fail again.
            host.Start("other");
            await probe.WaitForCallAsync(20);
            return;
        }

        throw new InvalidOperationException("The first use did not fail.");
    }

    /// <summary>Asks for a response with a body and forgets it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task DropResponseAsync(HttpClient http) =>
        await http.GetAsync(new Uri("http://catalog/"), HttpCompletionOption.ResponseHeadersRead);

    private static HttpResponseMessage Ok() => new() { Content = new StreamContent(new MemoryStream(new byte[100])) };

    /// <summary>Picks work, and so many endpoints are available.</summary>
    private static void EndpointSetIs(ScenarioHost host, int available)
    {
        host.Balancer.Pick().End(AttemptOutcome.Success);
        int found = host.Balancer.Endpoints.Count(static endpoint => endpoint.IsAvailable);
        if (found != available)
        {
            throw new InvalidOperationException($"{found} endpoints are available instead of {available}.");
        }
    }
}
