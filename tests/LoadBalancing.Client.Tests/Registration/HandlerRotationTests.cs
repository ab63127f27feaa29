using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.Tests.Registration;

/// <summary>The factory rebuilds handlers every two minutes. State that matters survives it.</summary>
public sealed class HandlerRotationTests
{
    [Fact]
    public async Task Two_hundred_rebuilds_leak_no_timer_and_lose_no_ejection()
    {
        var time = new CountingTimeProvider();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"]);
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            LoadBalancer balancer = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
            UpstreamEndpoint bad = balancer.Endpoints[0];
            for (int i = 0; i < 5; i++)
            {
                new EndpointLease(balancer, bad, 0).End(AttemptOutcome.Failure(FailureKind.Connect));
            }

            // The first request creates the objects that all later ones reuse.
            await SendThroughNewHandlersAsync(provider);
            int timersBefore = time.TimersAlive;
            for (int i = 1; i < 200; i++)
            {
                await SendThroughNewHandlersAsync(provider);
            }

            Assert.Equal(timersBefore, time.TimersAlive);
            Assert.Same(bad, balancer.Endpoints[0]);
            Assert.Equal(EndpointHealth.Ejected, bad.Health);
            Assert.Equal(200, balancer.Endpoints[1].SuccessCount);
        }

        Assert.Equal(0, time.TimersAlive);

        static async Task SendThroughNewHandlersAsync(ServiceProvider provider)
        {
            using HttpClient client = Rebuild(provider, "catalog");
            using HttpResponseMessage response = await client.GetAsync(new Uri("http://catalog/"), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Under_the_defaults_of_all_clients_an_unbalanced_host_is_logged_once_across_rebuilds()
    {
        var logs = new FakeLogCollector();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs)));
        services.ConfigureHttpClientDefaults(static builder => builder.AddLoadBalancing());
        await using ServiceProvider provider = services.BuildServiceProvider();

        for (int i = 0; i < 3; i++)
        {
            using HttpClient client = Rebuild(provider, "any");
            using HttpResponseMessage response = await client.GetAsync(new Uri("http://elsewhere/"), TestContext.Current.CancellationToken);
        }

        Assert.Single(logs.GetSnapshot(), static log => log.Id.Id == LogEvents.HostNotConfigured);
    }

    [Fact]
    public async Task A_request_started_before_an_update_finishes_on_its_endpoint()
    {
        var release = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        var stub = new StubHandler(async _ =>
        {
            arrived.SetResult();
            await release.Task;
            return new HttpResponseMessage();
        });
        var source = new ManualEndpointSource();
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", static _ => { }).AddEndpointSource(source).ConfigurePrimaryHttpMessageHandler(() => stub);
        await using ServiceProvider provider = services.BuildServiceProvider();
        source.Push("http://10.0.0.1");
        using HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");

        Task<HttpResponseMessage> sending = client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        await arrived.Task;
        source.Push("http://10.0.0.2");
        release.SetResult();

        using HttpResponseMessage response = await sending;
        Assert.Equal("10.0.0.1", Assert.Single(stub.Calls).Uri.Host);
        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal("10.0.0.2", Assert.Single(provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog").Endpoints).Address.Host);
    }

    /// <summary>A client with new handlers, as the factory creates them after two minutes.</summary>
    private static HttpClient Rebuild(IServiceProvider provider, string name)
    {
        HttpMessageHandlerBuilder builder = provider.GetRequiredService<HttpMessageHandlerBuilder>();
        builder.Name = name;
        builder.PrimaryHandler = new StubHandler();
        foreach (IHttpMessageHandlerBuilderFilter filter in provider.GetServices<IHttpMessageHandlerBuilderFilter>())
        {
            filter.Configure(static _ => { })(builder);
        }

        return new HttpClient(builder.Build());
    }
}
