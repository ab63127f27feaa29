using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace LoadBalancing.Client.Tests.Registration;

/// <summary>Load balancing next to the two handlers that Aspire's template adds to every client: standard resilience and service discovery.</summary>
public sealed class NeighbourTests : IDisposable
{
    private readonly StubHandler _stub = new();
    private readonly FakeLogCollector _logs = new();

    [Fact]
    public async Task On_a_named_client_service_discovery_is_removed_and_resilience_kept()
    {
        await using ServiceProvider provider = Build(services =>
        {
            services.ConfigureHttpClientDefaults(static builder =>
            {
                builder.AddStandardResilienceHandler();
                builder.AddServiceDiscovery();
            });
            services.AddHttpClient("catalog").AddLoadBalancing(static options => options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"]);
        });

        await SendAsync(provider, "catalog", "https+http://catalog/items", times: 4);

        Assert.Equal(["10.0.0.1", "10.0.0.2"], _stub.Calls.Select(static call => call.Uri.Host).Distinct().Order());
        Assert.All(_stub.Calls, static call => Assert.Equal("catalog", call.Host));
        Assert.Equal(
            ["Client 'catalog' is balanced as service 'catalog': its service-discovery handler was removed, because it would choose the address before the " +
                "balancing."],
            Logged(LogEvents.ServiceDiscoveryRemoved));
        Assert.Equal(
            ["Client 'catalog' has a resilience handler around the balancing, and both retry: up to 3 attempts here times those of the handler, 12 with its " +
                "default of 4. Remove one of the two."],
            Logged(LogEvents.ResilienceHandlerKept));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Under_the_defaults_configured_services_are_balanced_and_others_left_to_service_discovery(bool balancingFirst)
    {
        await using ServiceProvider provider = Build(services => services.ConfigureHttpClientDefaults(builder =>
        {
            if (balancingFirst)
            {
                builder.AddLoadBalancing();
            }

            builder.AddStandardResilienceHandler();
            builder.AddServiceDiscovery();
            if (!balancingFirst)
            {
                builder.AddLoadBalancing();
            }
        }));

        await SendAsync(provider, "any", "http://catalog/items", times: 4);
        await SendAsync(provider, "any", "http://basket/items");

        Assert.Equal(["10.0.0.1", "10.0.0.2"], _stub.Calls.Take(4).Select(static call => call.Uri.Host).Distinct().Order());
        Assert.All(_stub.Calls.Take(4), static call => Assert.Equal("catalog", call.Host));
        Assert.Equal("10.7.7.7", _stub.Calls[4].Uri.Host);
        Assert.Single(Logged(LogEvents.ServiceDiscoveryBelow));
        Assert.Single(Logged(LogEvents.ResilienceHandlerKept));
    }

    [Fact]
    public async Task A_resilience_handler_that_is_the_only_one_to_retry_is_not_warned_about()
    {
        await using ServiceProvider provider = Build(services => services.AddHttpClient("catalog")
            .AddLoadBalancing(static options =>
            {
                options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"];
                options.Retry.MaxRetries = 0;
            })
            .AddStandardResilienceHandler());

        await SendAsync(provider, "catalog", "http://catalog/items");

        Assert.Equal("catalog", Assert.Single(_stub.Calls).Host);
        Assert.Empty(Logged(LogEvents.ResilienceHandlerKept));
    }

    [Fact]
    public void Redirects_and_cookies_below_an_existing_client_are_kept_and_logged()
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs)));
        services.AddHttpClient("catalog").AddLoadBalancing(static options => options.Endpoints = ["http://10.0.0.1"]);
        using ServiceProvider provider = services.BuildServiceProvider();

        provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog").Dispose();

        Assert.Single(Logged(LogEvents.RedirectsBelow));
        Assert.Single(Logged(LogEvents.CookiesBelow));
    }

    [Fact]
    public void A_client_registered_for_balancing_starts_without_cookies_and_redirects_and_allows_changing_that()
    {
        var seen = new List<(bool Cookies, bool Redirects)>();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs)));
        services.AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"]).UseSocketsHttpHandler((handler, _) =>
        {
            seen.Add((handler.UseCookies, handler.AllowAutoRedirect));
            handler.UseCookies = true;
        });
        using ServiceProvider provider = services.BuildServiceProvider();

        provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog").Dispose();

        Assert.Equal([(false, false)], seen);
        Assert.Empty(Logged(LogEvents.RedirectsBelow));
    }

    public void Dispose() => _stub.Dispose();

    private ServiceProvider Build(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs)));
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["LoadBalancing:catalog:Endpoints:0"] = "http://10.0.0.1",
            ["LoadBalancing:catalog:Endpoints:1"] = "http://10.0.0.2",
            ["services:basket:http:0"] = "http://10.7.7.7",
            ["services:catalog:http:0"] = "http://10.6.6.6",
        }).Build());
        services.AddServiceDiscovery();
        register(services);
        services.ConfigureHttpClientDefaults(builder => builder.ConfigurePrimaryHttpMessageHandler(() => _stub));
        return services.BuildServiceProvider();
    }

    private static async Task SendAsync(ServiceProvider provider, string client, string uri, int times = 1)
    {
        using HttpClient http = provider.GetRequiredService<IHttpClientFactory>().CreateClient(client);
        for (int i = 0; i < times; i++)
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri(uri), TestContext.Current.CancellationToken);
        }
    }

    private string[] Logged(int id) => [.. _logs
        .GetSnapshot()
        .Where(log => log.Id.Id == id && log.Category!.StartsWith("LoadBalancing", StringComparison.Ordinal))
        .Select(static log => log.Message)];
}
