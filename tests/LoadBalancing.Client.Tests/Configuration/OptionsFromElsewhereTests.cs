using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LoadBalancing.Client.Tests.Configuration;

/// <summary>Options from other sources than application configuration: reading them and reloading them on change.</summary>
public sealed class OptionsFromElsewhereTests
{
    [Fact]
    public void ReadFrom_overrides_options_and_its_errors_are_validation_errors_of_the_service()
    {
        IConfigurationRoot good = new ConfigurationBuilder().AddInMemoryCollection([new("Timeout", "3s"), new("Endpoints:0", "http://10.0.0.7")]).Build();
        IConfigurationRoot bad = new ConfigurationBuilder().AddInMemoryCollection([new("Timeout", "3")]).Build();
        var options = new LoadBalancingOptions();

        options.ReadFrom(good);

        Assert.Equal((TimeSpan.FromSeconds(3), "http://10.0.0.7"), (options.Timeout, Assert.Single(options.Endpoints).Address));
        using ServiceProvider provider = new ServiceCollection()
            .AddLoadBalancedHttpClient("catalog", invalid =>
            {
                invalid.Endpoints = ["http://10.0.0.1"];
                invalid.ReadFrom(bad);
            })
            .Services.BuildServiceProvider();
        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(() => provider
            .GetRequiredService<IOptionsMonitor<LoadBalancingOptions>>()
            .Get("catalog"));
        Assert.StartsWith("Timeout: '3' cannot be read;", Assert.Single(exception.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Change_token_source_reloads_the_options_of_its_service()
    {
        using var changes = new Changes("catalog");
        string address = "http://10.0.0.1";
        var services = new ServiceCollection();
        services.AddLoadBalancer("catalog", options => options.Endpoints = [address]);
        services.AddLoadBalancer("orders", options => options.Endpoints = [address]);
        services.AddSingleton<IOptionsChangeTokenSource<LoadBalancingOptions>>(changes);
        using ServiceProvider provider = services.BuildServiceProvider();
        ILoadBalancerProvider balancers = provider.GetRequiredService<ILoadBalancerProvider>();
        Assert.All(balancers.ServiceNames, name => Assert.Equal("10.0.0.1", balancers.GetLoadBalancer(name).Endpoints[0].Address.Host));

        address = "http://10.0.0.2";
        changes.Notify();

        Assert.Equal("10.0.0.2", balancers.GetLoadBalancer("catalog").Endpoints[0].Address.Host);
        Assert.Equal("10.0.0.1", balancers.GetLoadBalancer("orders").Endpoints[0].Address.Host);
    }

    [Fact]
    public void The_names_of_all_services_are_known()
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("orders", static options => options.Endpoints = ["http://10.0.0.1"]);
        services.AddLoadBalancedHttpClient("catalog", static options => options.Endpoints = ["http://10.0.0.1"]);
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(["catalog", "orders"], provider.GetRequiredService<ILoadBalancerProvider>().ServiceNames);
    }

    private sealed class Changes(string name) : IOptionsChangeTokenSource<LoadBalancingOptions>, IDisposable
    {
        private CancellationTokenSource _changed = new();

        public string? Name => name;

        public IChangeToken GetChangeToken() => new CancellationChangeToken(_changed.Token);

        public void Notify()
        {
            using CancellationTokenSource previous = _changed;
            _changed = new CancellationTokenSource();
            previous.Cancel();
        }

        public void Dispose() => _changed.Dispose();
    }
}
