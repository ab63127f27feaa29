using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Registration;

/// <summary>The ways to register a balanced client, and their combinations.</summary>
public sealed class RegistrationTests : IAsyncDisposable
{
    private readonly StubHandler _stub = new();
    private readonly ServiceCollection _services = new();
    private readonly FakeLogCollector _logs = new();
    private ServiceProvider? _provider;

    public RegistrationTests() => _services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(_logs)).SetMinimumLevel(LogLevel.Debug));

    public async ValueTask DisposeAsync()
    {
        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(null, null, null, false)]
    [InlineData(5, null, null, false)]
    [InlineData(null, 10, 2, false)]
    [InlineData(null, 11, null, true)]
    [InlineData(null, null, 3, true)]
    [InlineData(40, 11, null, false)]
    [InlineData(null, 11, 0, false)]
    public void Attempts_that_exceed_the_timeout_are_warned_about_unless_all_options_are_defaults(int? whole, int? perTry, int? attempts, bool warned)
    {
        var options = new LoadBalancingOptions { Timeout = Seconds(whole), Retry = { PerTryTimeout = Seconds(perTry), MaxRetries = attempts } };
        var routed = new LoadBalancingOptions
        {
            Routes = [new()
        {
            Name = "a",
            Timeout = Seconds(whole),
            Retry = new() { PerTryTimeout = Seconds(perTry), MaxRetries = attempts },
        }]
        };

        Assert.Equal((warned, warned), (StartupWarnings.FindConflictingTimeouts(options).Any(), StartupWarnings.FindConflictingTimeouts(routed).Any()));

        static TimeSpan? Seconds(int? number) => number is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    [Fact]
    public async Task By_name_in_code()
    {
        _services
            .AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"])
            .ConfigurePrimaryHttpMessageHandler(() => _stub);

        await SendAsync("catalog", "/items", times: 4);

        AssertSpreadOver("10.0.0.1", "10.0.0.2");
    }

    [Fact]
    public async Task By_name_from_a_section()
    {
        IConfiguration configuration = Json(
            """{ "Elsewhere": { "Endpoints": ["http://10.0.0.1", { "Address": "http://10.0.0.2", "Weight": 1 }], "Timeout": "2s" } }""");
        _services
            .AddLoadBalancedHttpClient("catalog")
            .ReplaceConfiguration(configuration.GetSection("Elsewhere"))
            .ConfigurePrimaryHttpMessageHandler(() => _stub);

        await SendAsync("catalog", "/items", times: 4);

        AssertSpreadOver("10.0.0.1", "10.0.0.2");
    }

    [Fact]
    public async Task By_name_from_the_conventional_section()
    {
        _services.AddSingleton(Json("""{ "LoadBalancing": { "catalog": { "Endpoints": ["http://10.0.0.1", "http://10.0.0.2"] } } }"""));
        _services.AddLoadBalancedHttpClient("catalog").ConfigurePrimaryHttpMessageHandler(() => _stub);

        await SendAsync("catalog", "/items", times: 4);

        AssertSpreadOver("10.0.0.1", "10.0.0.2");
    }

    [Fact]
    public async Task A_typed_client_is_named_after_its_type()
    {
        _services
            .AddLoadBalancedHttpClient<TypedClient>(static options => options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"])
            .ConfigurePrimaryHttpMessageHandler(() => _stub);
        Build();

        await _provider!.GetRequiredService<TypedClient>().GetAsync();
        await _provider!.GetRequiredService<TypedClient>().GetAsync();

        AssertSpreadOver("10.0.0.1", "10.0.0.2");
        Assert.All(_stub.Calls, static call => Assert.Equal("typedclient", call.Host));
    }

    [Fact]
    public async Task A_typed_client_with_an_interface_and_a_name()
    {
        _services
            .AddLoadBalancedHttpClient<ITypedClient, TypedClient>("catalog", static options => options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"])
            .ConfigurePrimaryHttpMessageHandler(() => _stub);
        Build();

        await _provider!.GetRequiredService<ITypedClient>().GetAsync();

        Assert.Equal("catalog", Assert.Single(_stub.Calls).Host);
    }

    [Fact]
    public async Task An_existing_plain_client()
    {
        _services
            .AddHttpClient("catalog")
            .ConfigurePrimaryHttpMessageHandler(() => _stub)
            .AddLoadBalancing(static options => options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"]);

        await SendAsync("catalog", "http://catalog/items", times: 4);

        AssertSpreadOver("10.0.0.1", "10.0.0.2");
    }

    [Fact]
    public async Task An_existing_client_with_its_own_base_address()
    {
        _services.AddHttpClient("client-17", static client => client.BaseAddress = new Uri("https://catalog.internal:8443/api/"))
            .ConfigurePrimaryHttpMessageHandler(() => _stub)
            .AddLoadBalancing(static options => options.Endpoints = ["http://10.0.0.1:81"]);

        await SendAsync("client-17", "items");

        Assert.Equal("http://10.0.0.1:81/api/items", Assert.Single(_stub.Calls).Uri.ToString());
        Assert.Equal("catalog.internal:8443", _stub.Calls[0].Host);
    }

    [Fact]
    public async Task A_base_address_set_later_replaces_the_default_one_and_sets_the_balanced_host()
    {
        _services.AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"])
            .ConfigurePrimaryHttpMessageHandler(() => _stub)
            .ConfigureHttpClient(static client => client.BaseAddress = new Uri("http://other.internal/"));

        await SendAsync("catalog", "/items");

        Assert.Equal("other.internal", Assert.Single(_stub.Calls).Host);
    }

    [Fact]
    public async Task Under_the_defaults_of_all_clients_the_host_selects_the_service()
    {
        _services.AddSingleton(
            Json(
                """
                {
                  "LoadBalancing": {
                    "catalog": { "Endpoints": ["http://10.0.0.1"] },
                    "orders": { "Endpoints": ["http://10.0.0.2"], "Hosts": ["orders.internal"] }
                  }
                }
                """));
        _services.ConfigureHttpClientDefaults(builder => builder.ConfigurePrimaryHttpMessageHandler(() => _stub).AddLoadBalancing());

        await SendAsync("anything", "http://catalog/a");
        await SendAsync("anything", "http://orders.internal/b");
        await SendAsync("anything", "http://elsewhere/c");

        Assert.Equal(["http://10.0.0.1/a", "http://10.0.0.2/b", "http://elsewhere/c"], _stub.Calls.Select(static call => call.Uri.ToString()));
        Assert.Equal(
            ["Requests of client 'anything' to host 'elsewhere' are not balanced: no configured service has that name or lists it in Hosts."],
            Logged(LogEvents.HostNotConfigured));
    }

    [Fact]
    public async Task Under_the_defaults_an_invalid_service_fails_only_its_own_requests()
    {
        _services.AddSingleton(Json("""{ "LoadBalancing": { "catalog": { "Endpoints": ["http://10.0.0.1"] }, "orders": { "Endpoints": ["nonsense"] } } }"""));
        _services.ConfigureHttpClientDefaults(builder => builder.ConfigurePrimaryHttpMessageHandler(() => _stub).AddLoadBalancing());

        await SendAsync("anything", "http://catalog/a");
        await SendAsync("anything", "http://elsewhere/b");
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => SendAsync("anything", "http://orders/c"));

        Assert.Equal(2, _stub.Calls.Count);
        Assert.StartsWith("LoadBalancing:orders:Endpoints:0: 'nonsense'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_the_defaults_invalid_options_fail_the_application_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddConfiguration(
            Json("""{ "LoadBalancing": { "catalog": { "Endpoints": ["http://10.0.0.1"] }, "orders": { "Endpoints": ["nonsense"] } } }"""));
        builder.Services.ConfigureHttpClientDefaults(static client => client.AddLoadBalancing());
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith("LoadBalancing:orders:Endpoints:0: 'nonsense'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Defaults_apply_first_whatever_the_order_of_calls()
    {
        _services
            .AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"])
            .ConfigurePrimaryHttpMessageHandler(() => _stub);
        _services.ConfigureHttpClientDefaults(static builder => builder.AddLoadBalancing(static options =>
        {
            options.Endpoints = ["http://10.9.9.9"];
            options.Timeout = TimeSpan.FromSeconds(7);
        }));

        await SendAsync("catalog", "/items");

        Assert.Equal("10.0.0.1", Assert.Single(_stub.Calls).Uri.Host);
        Assert.Equal(TimeSpan.FromSeconds(7), _provider!.GetRequiredService<ServiceRegistry>().GetState("catalog").Plan.Timeout);
    }

    [Fact]
    public async Task A_later_call_discards_the_earlier_configuration_and_adds_no_second_handler()
    {
        _services.AddLoadBalancedHttpClient("catalog", static options =>
        {
            options.Endpoints = ["http://10.0.0.1"];
            options.Timeout = TimeSpan.FromSeconds(7);
        }).Configure(static options => options.Retry.MaxRetries = 9);
        _services
            .AddHttpClient("catalog")
            .AddLoadBalancing(static options => options.Endpoints = ["http://10.0.0.2"])
            .ConfigurePrimaryHttpMessageHandler(() => _stub);

        await SendAsync("catalog", "/items");

        RequestPlan plan = _provider!.GetRequiredService<ServiceRegistry>().GetState("catalog").Plan;
        Assert.Equal("10.0.0.2", Assert.Single(_stub.Calls).Uri.Host);
        Assert.Equal((TimeSpan.FromSeconds(30), 2), (plan.Timeout, plan.Retry.MaxRetries));
        Assert.Single(HandlersOf("catalog").OfType<LoadBalancingHandler>());
    }

    [Fact]
    public async Task Configure_overrides_earlier_options()
    {
        _services.AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"])
            .Configure(Json("""{ "Endpoints": ["http://10.0.0.2"] }"""))
            .Configure(static (options, services) => options.Timeout = services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout)
            .ConfigurePrimaryHttpMessageHandler(() => _stub);

        await SendAsync("catalog", "/items");

        Assert.Equal("10.0.0.2", Assert.Single(_stub.Calls).Uri.Host);
        Assert.Equal(new HostOptions().ShutdownTimeout, _provider!.GetRequiredService<ServiceRegistry>().GetState("catalog").Plan.Timeout);
    }

    [Fact]
    public async Task RemoveLoadBalancing_removes_all_configuration()
    {
        _services.AddLoadBalancedHttpClient("catalog").RemoveLoadBalancing().ConfigurePrimaryHttpMessageHandler(() => _stub);
        Build();

        // Otherwise the missing endpoints would be an error, and the base address and the handler would be those of load balancing.
        using HttpClient client = Client("catalog");
        using HttpResponseMessage response = await client.GetAsync(new Uri("http://catalog/items"), TestContext.Current.CancellationToken);

        Assert.Null(client.BaseAddress);
        Assert.Equal("http://catalog/items", Assert.Single(_stub.Calls).Uri.ToString());
        Assert.DoesNotContain(HandlersOf("catalog"), static handler => handler is LoadBalancingHandler);
        Assert.Equal(
            "There is no service 'catalog'. Known services: . (Parameter 'serviceName')",
            Assert.Throws<ArgumentException>(() => _provider!.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog")).Message);
    }

    [Fact]
    public void RemoveLoadBalancing_leaves_the_default_primary_handler_of_the_platform()
    {
        _services.AddLoadBalancedHttpClient("catalog").RemoveLoadBalancing();
        Build();

        var primary = Assert.IsType<SocketsHttpHandler>(HandlersOf("catalog").Last());

        Assert.True(primary.UseCookies);
        Assert.True(primary.AllowAutoRedirect);
    }

    [Fact]
    public async Task RemoveLoadBalancing_excludes_one_client_from_the_defaults_and_no_other()
    {
        _services.AddSingleton(Json("""{ "LoadBalancing": { "catalog": { "Endpoints": ["http://10.0.0.1"] } } }"""));
        _services.ConfigureHttpClientDefaults(builder => builder.ConfigurePrimaryHttpMessageHandler(() => _stub).AddLoadBalancing());
        _services.AddHttpClient("plain").RemoveLoadBalancing();

        await SendAsync("plain", "http://catalog/a");
        await SendAsync("other", "http://catalog/b");

        Assert.Equal(["http://catalog/a", "http://10.0.0.1/b"], _stub.Calls.Select(static call => call.Uri.ToString()));
    }

    [Fact]
    public async Task Adding_after_removing_balances_again()
    {
        _services.AddLoadBalancedHttpClient("catalog", static options => options.Timeout = TimeSpan.FromSeconds(1)).RemoveLoadBalancing();
        _services
            .AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"])
            .ConfigurePrimaryHttpMessageHandler(() => _stub);

        await SendAsync("catalog", "/items");

        Assert.Equal("10.0.0.1", Assert.Single(_stub.Calls).Uri.Host);
        Assert.Equal(TimeSpan.FromSeconds(30), _provider!.GetRequiredService<ServiceRegistry>().GetState("catalog").Plan.Timeout);
    }

    [Fact]
    public void A_balancer_is_a_keyed_service()
    {
        _services.AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"]);
        Build();

        Assert.Same(_provider!
            .GetRequiredService<ILoadBalancerProvider>()
            .GetLoadBalancer("catalog"), _provider!.GetRequiredKeyedService<LoadBalancer>("catalog"));
    }

    [Fact]
    public void The_handler_is_innermost_even_when_others_are_added_later()
    {
        _services.AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"])
            .AddHttpMessageHandler(static () => new NoOpHandler());
        Build();

        Type[] ours = [.. HandlersOf("catalog")
            .Select(static handler => handler.GetType())
            .Where(static type => type == typeof(NoOpHandler) || type == typeof(LoadBalancingHandler))];

        Assert.Equal([typeof(NoOpHandler), typeof(LoadBalancingHandler)], ours);
    }

    [Fact]
    public void A_custom_strategy_is_found_by_its_name()
    {
        _services.AddLoadBalancingStrategy<AlwaysFirst>();
        _services.AddLoadBalancedHttpClient("catalog", static options =>
        {
            options.Endpoints = ["http://10.0.0.1", "http://10.0.0.2"];
            options.Strategy = "alwaysFIRST";
        });
        Build();

        using EndpointLease lease = _provider!.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog").Pick();

        Assert.Equal("10.0.0.1", lease.Endpoint.Address.Host);
    }

    [Fact]
    public void A_cluster_without_http()
    {
        _services.AddLoadBalancer("smtp", static options => options.Endpoints = ["tcp://10.0.0.1:25"]);
        Build();

        using EndpointLease lease = _provider!.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("smtp").Pick();

        Assert.Equal("tcp://10.0.0.1:25/", lease.Endpoint.Address.ToString());
    }

    [Fact]
    public async Task Invalid_options_fail_the_application_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddLoadBalancedHttpClient("catalog");
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith("catalog:Endpoints: no endpoint is set", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cookie_container_below_cookie_affinity_fails_the_application_start(bool stateful)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services
            .AddLoadBalancedHttpClient("catalog", options => CookieAffinity(options, stateful))
            .ConfigurePrimaryHttpMessageHandler(static () => new HttpClientHandler());
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(
            ["catalog: affinity uses a cookie, and the primary handler of client 'catalog' has its own cookie container, below the load balancer; set " +
                "UseCookies = false on it."],
            exception.Failures);
    }

    [Theory]
    [InlineData("ours")]
    [InlineData("without a container")]
    [InlineData("not there yet")]
    public async Task Other_primary_handlers_below_cookie_affinity_do_not(string kind)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        IHttpLoadBalancingBuilder client = builder.Services.AddLoadBalancedHttpClient("catalog", static options => CookieAffinity(options, stateful: true));
        if (kind != "ours")
        {
            client.ConfigurePrimaryHttpMessageHandler(() => kind == "not there yet"
                ? throw new InvalidOperationException(kind)
                : new HttpClientHandler { UseCookies = false });
        }

        using IHost host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Warnings_are_logged_once_at_application_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(new FakeLoggerProvider(_logs));
        builder.Services.AddLoadBalancedHttpClient("catalog", static options =>
        {
            options.Endpoints = ["http://10.0.0.1"];
            options.OutlierDetection.MaxEjectionPercent = 60;
            options.Fault = new FaultOptions { Abort = new FaultAbortOptions { Status = 500, Percent = 10 } };
        });
        using IHost host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
        string[] atStart = Logged(LogEvents.StartupWarning);
        host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("catalog").Dispose();

        Assert.Equal(
            [
                "Service 'catalog': OutlierDetection:MaxEjectionPercent is 60 and Panic:ThresholdPercent is 50: once more than 50 % of the endpoints are " +
                    "ejected, panic sends traffic to all of them again. Lower one of the two.",
                "Service 'catalog': Fault:Scope is Request, as in a mesh: neither retries nor timeouts see the injected faults. Set it to Attempt to " +
                    "test them.",
            ],
            atStart);
        Assert.Equal(atStart, Logged(LogEvents.StartupWarning));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_client_timeout_shorter_than_the_service_timeout_is_logged()
    {
        _services
            .AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"])
            .ConfigureHttpClient(static client => client.Timeout = TimeSpan.FromSeconds(3));
        Build();

        using HttpClient first = Client("catalog");
        using HttpClient second = Client("catalog");

        Assert.Equal(TimeSpan.FromSeconds(3), first.Timeout);
        Assert.Equal(
            ["Client 'catalog' has an HttpClient.Timeout of 00:00:03, shorter than the balancing's Timeout of 00:00:30: raise the former or lower " +
                "the latter."],
            Logged(LogEvents.ClientTimeoutShorter));
    }

    [Fact]
    public void A_client_that_requests_tls_with_plain_text_endpoints_is_logged()
    {
        _services
            .AddHttpClient("catalog", static client => client.BaseAddress = new Uri("https://catalog/"))
            .AddLoadBalancing(static options => options.Endpoints = ["https://10.0.0.1", "http://10.0.0.2"]);
        Build();

        using HttpClient first = Client("catalog");
        using HttpClient second = Client("catalog");

        Assert.Equal(
            ["Client 'catalog' requests https://catalog, but endpoint http://10.0.0.2/ is called in plain text: the endpoint's scheme decides. Write " +
                "https:// in its address, or http:// in the base address."],
            Logged(LogEvents.PlainTextBehindTls));
    }

    private static IConfiguration Json(string text) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))).Build();

    private void Build() => _provider ??= _services.BuildServiceProvider();

    private HttpClient Client(string name) => _provider!.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private async Task SendAsync(string client, string uri, int times = 1)
    {
        Build();
        using HttpClient http = Client(client);
        for (int i = 0; i < times; i++)
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri(uri, UriKind.RelativeOrAbsolute), TestContext.Current.CancellationToken);
        }
    }

    private void AssertSpreadOver(params string[] hosts) => Assert.Equal(hosts, _stub.Calls.Select(static call => call.Uri.Host).Distinct().Order());

    private string[] Logged(int id) => [.. _logs.GetSnapshot().Where(log => log.Id.Id == id).Select(static log => log.Message)];

    private IEnumerable<HttpMessageHandler> HandlersOf(string client)
    {
        HttpMessageHandler? handler = _provider!.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(client);
        while (handler is not null)
        {
            yield return handler;
            handler = (handler as DelegatingHandler)?.InnerHandler;
        }
    }

    private interface ITypedClient
    {
        Task GetAsync();
    }

    private sealed class TypedClient(HttpClient http) : ITypedClient
    {
        public async Task GetAsync()
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri("/", UriKind.Relative));
        }
    }

    private static void CookieAffinity(LoadBalancingOptions options, bool stateful)
    {
        options.Endpoints = ["http://10.0.0.1"];
        if (stateful)
        {
            options.SessionAffinity = new SessionAffinityOptions { Keys = [Convert.ToBase64String(new byte[32])] };
        }
        else
        {
            options.Strategy = LoadBalancingStrategies.Maglev;
            options.HashPolicies = [new() { Cookie = new() { Name = "session" } }];
        }
    }

    private sealed class NoOpHandler : DelegatingHandler;

    private sealed class AlwaysFirst : ILoadBalancingStrategy
    {
        public string Name => "AlwaysFirst";

        public IEndpointPicker CreatePicker(EndpointLevel level, IEndpointPicker? previous) => new Picker(level);

        private sealed class Picker(EndpointLevel level) : IEndpointPicker
        {
            public UpstreamEndpoint? Pick(in PickContext context) => context.Admits(level.Endpoints[0]) ? level.Endpoints[0] : null;
        }
    }
}
