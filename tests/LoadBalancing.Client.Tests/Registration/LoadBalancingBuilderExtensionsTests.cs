using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Registration;

/// <summary>The types of the builders, and the order in which registered options apply.</summary>
public sealed class LoadBalancingBuilderExtensionsTests
{
    private readonly ServiceCollection _services = new();

    public LoadBalancingBuilderExtensionsTests() =>
        _services.AddSingleton<IConfiguration>(Section(
            ("LoadBalancing:catalog:Endpoints:0", "http://10.0.0.1"),
            ("LoadBalancing:catalog:Timeout", "1s"),
            ("LoadBalancing:catalog:Retry:MaxRetries", "1")));

    [Fact]
    public void The_builder_of_a_balancer_without_a_client_is_not_a_client_builder()
    {
        Type registration = typeof(LoadBalancingServiceCollectionExtensions);
        Type returned = registration.GetMethod(nameof(LoadBalancingServiceCollectionExtensions.AddLoadBalancer))!.ReturnType;

        Assert.False(returned.IsAssignableTo(typeof(IHttpClientBuilder)), "AddHttpMessageHandler would compile, and do nothing.");
        Assert.IsNotType<IHttpClientBuilder>(_services.AddLoadBalancer("smtp"), exactMatch: false);
    }

    [Fact]
    public void Load_balancing_methods_chain_and_client_methods_follow()
    {
        IHttpLoadBalancingBuilder registered = _services.AddLoadBalancedHttpClient("catalog");
        IHttpLoadBalancingBuilder chained = registered
            .ReplaceConfiguration(Section())
            .Configure(static options => options.Endpoints = ["http://10.0.0.1"])
            .Configure(static (_, _) => { })
            .Configure(static (_, _) => { }, static _ => new ConfigurationReloadToken())
            .Configure(Section())
            .AddEndpointSource(new ManualEndpointSource())
            .AddEndpointSource(static _ => new ManualEndpointSource())
            .AddEndpointSource<ManualEndpointSource>();
        IHttpClientBuilder client = chained
            .AddHttpMessageHandler(static () => new OuterHandler())
            .ConfigureHttpClient(static http => http.Timeout = TimeSpan.FromSeconds(1));

        Assert.Same(registered, chained);
        Assert.Equal(("catalog", "catalog"), (chained.Name, client.Name));
        Assert.Same(client.Services, chained.Services);
    }

    [Fact]
    public void Methods_for_a_balancer_chain()
    {
        ILoadBalancingBuilder registered = _services.AddLoadBalancer("smtp");
        ILoadBalancingBuilder chained = registered
            .ReplaceConfiguration(Section())
            .Configure(static options => options.Endpoints = ["tcp://10.0.0.1:25"])
            .Configure(Section())
            .AddEndpointSource(new ManualEndpointSource())
            .AddEndpointSource<ManualEndpointSource>();

        Assert.Same(registered, chained);
        Assert.Equal("smtp", chained.Name);
        Assert.Same(_services, chained.Services);
    }

    [Fact]
    public void A_section_passed_to_Configure_overrides_the_section_by_name_value_by_value()
    {
        _services.AddLoadBalancedHttpClient("catalog").Configure(Section(("Timeout", "2s")));

        Assert.Equal((2, 1), TimeoutAndRetries());
    }

    [Fact]
    public void Layers_apply_in_call_order()
    {
        _services.AddLoadBalancedHttpClient("catalog")
            .Configure(static options => (options.Timeout, options.Retry.MaxRetries) = (TimeSpan.FromSeconds(2), 2))
            .Configure(Section(("Timeout", "3s"), ("Retry:MaxRetries", "3")))
            .Configure(static options => options.Retry.MaxRetries = 4);

        Assert.Equal((3, 4), TimeoutAndRetries());
    }

    [Fact]
    public void A_replacement_is_read_instead_of_the_section_by_name()
    {
        _services.AddLoadBalancedHttpClient("catalog").ReplaceConfiguration(Section(("Endpoints:0", "http://10.0.0.2"), ("Timeout", "5s")));

        Assert.Equal((5, null), TimeoutAndRetries());
    }

    [Fact]
    public void A_replacement_applies_before_every_layer_whatever_the_call_order()
    {
        _services.AddLoadBalancedHttpClient("catalog")
            .Configure(Section(("Timeout", "2s")))
            .ReplaceConfiguration(Section(("Endpoints:0", "http://10.0.0.2"), ("Timeout", "5s"), ("Retry:MaxRetries", "5")));

        Assert.Equal((2, 5), TimeoutAndRetries());
    }

    [Fact]
    public void A_replacement_applies_before_the_action_of_the_registration()
    {
        _services.AddLoadBalancedHttpClient("catalog", static options => options.Timeout = TimeSpan.FromSeconds(2))
            .ReplaceConfiguration(Section(("Endpoints:0", "http://10.0.0.2"), ("Timeout", "5s"), ("Retry:MaxRetries", "5")));

        Assert.Equal((2, 5), TimeoutAndRetries());
    }

    [Fact]
    public void A_second_replacement_replaces_the_first()
    {
        _services.AddLoadBalancedHttpClient("catalog")
            .ReplaceConfiguration(Section(("Endpoints:0", "http://10.0.0.2"), ("Timeout", "5s"), ("Retry:MaxRetries", "5")))
            .ReplaceConfiguration(Section(("Endpoints:0", "http://10.0.0.2"), ("Timeout", "6s")));

        Assert.Equal((6, null), TimeoutAndRetries());
    }

    [Fact]
    public void A_later_registration_discards_a_replacement()
    {
        _services.AddLoadBalancedHttpClient("catalog").ReplaceConfiguration(Section(("Endpoints:0", "http://10.0.0.2"), ("Timeout", "5s")));
        _services.AddLoadBalancedHttpClient("catalog");

        Assert.Equal((1, 1), TimeoutAndRetries());
    }

    [Fact]
    public void A_replacement_for_a_balancer_is_read_instead_of_its_section()
    {
        _services.AddLoadBalancer("catalog").ReplaceConfiguration(Section(("Endpoints:0", "http://10.0.0.2")));
        using ServiceProvider provider = _services.BuildServiceProvider();

        Assert.Equal("10.0.0.2", Assert.Single(provider.GetRequiredKeyedService<LoadBalancer>("catalog").Endpoints).Address.Host);
    }

    [Fact]
    public void Under_the_defaults_of_all_clients_a_section_applies_before_those_by_name_and_cannot_be_replaced()
    {
        _services.ConfigureHttpClientDefaults(static clients =>
        {
            IHttpLoadBalancingBuilder all = clients.AddLoadBalancing().Configure(Section(("Timeout", "5s"), ("FollowRedirects", "true")));
            Assert.StartsWith(
                "Under ConfigureHttpClientDefaults there is no section to replace",
                Assert.Throws<InvalidOperationException>(() => all.ReplaceConfiguration(Section())).Message,
                StringComparison.Ordinal);
        });
        _services.AddLoadBalancedHttpClient("catalog");

        Assert.Equal((1, 1), TimeoutAndRetries());
        Assert.True(Read().FollowRedirects);
    }

    [Fact]
    public void A_builder_of_another_library_is_rejected() =>
        Assert.Equal(
            "The builder does not come from AddLoadBalancedHttpClient, AddLoadBalancing or AddLoadBalancer. (Parameter 'builder')",
            Assert.Throws<ArgumentException>(() => new ForeignBuilder(_services).Configure(static _ => { })).Message);

    private static IConfigurationRoot Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static value => KeyValuePair.Create(value.Key, (string?)value.Value))).Build();

    private LoadBalancingOptions Read()
    {
        using ServiceProvider provider = _services.BuildServiceProvider();
        return provider.GetRequiredService<IOptionsMonitor<LoadBalancingOptions>>().Get("catalog");
    }

    private (double? Seconds, int? Retries) TimeoutAndRetries()
    {
        LoadBalancingOptions options = Read();
        return (options.Timeout?.TotalSeconds, options.Retry.MaxRetries);
    }

    private sealed class OuterHandler : DelegatingHandler;

    private sealed class ForeignBuilder(IServiceCollection services) : ILoadBalancingBuilder
    {
        public string Name => "catalog";

        public IServiceCollection Services => services;
    }
}
