using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LoadBalancing.Client.Tests.Selection.Localities;

/// <summary>The errors of localities.</summary>
public sealed class LocalityOptionsValidatorTests
{
    [Fact]
    public void Everything_that_is_wrong_is_reported_together()
    {
        var exception = Assert.Throws<OptionsValidationException>(static () => Build(static options =>
        {
            options.Locality = new LocalityOptions
            {
                Mode = LocalityMode.Failover,
                Self = "eu-west//a",
                Failover = [new LocalityFailoverOptions { From = "eu-west", To = "eu-west" }],
                FailoverPriority = ["network", "network=blue", "=x"],
                Distribute = [new LocalityDistributeOptions { From = "eu-*", To = { ["eu"] = -1, ["a/b/c/d"] = 1 } }],
                Weights = new Dictionary<string, double> { ["eu"] = 0 },
                ZoneAware = new ZoneAwareOptions
                {
                    Callers = new Dictionary<string, double>
                    {
                        ["eu/*"] = 1,
                    },
                    MinClusterSize = 0,
                    RoutingPercent = 101,
                    ForceLocalZoneMinSize = 0
                },
            };
        }));

        Assert.Equal(
            [
                "catalog:Locality:Self: 'eu-west//a' is not a locality; it is a region, or region/zone, or region/zone/subzone, like 'eu-west/zone-1'.",
                "catalog:Locality:Failover:0: from 'eu-west' to 'eu-west' is not allowed; From and To are two regions, like 'eu-west' and 'eu-north'.",
                "catalog:Locality:FailoverPriority:1: 'network=blue' is not allowed; it must be the name of a label, or name=value, with each label at " +
                    "most once.",
                "catalog:Locality:FailoverPriority:2: '=x' is not allowed; it must be the name of a label, or name=value, with each label at most once.",
                "catalog:Locality:Distribute:0:From: 'eu-*' is not a locality pattern; it is a locality whose last parts may be left out or '*', like " +
                    "'eu-west/*', or '*' for all.",
                "catalog:Locality:Distribute:0:To: -1 for 'eu' is not allowed; a weight is a finite number, 0 or more.",
                "catalog:Locality:Distribute:0:To: 'a/b/c/d' is not a locality pattern; it is a locality whose last parts may be left out or '*', like " +
                    "'eu-west/*', or '*' for all.",
                "catalog:Locality:Weights: all weights are 0; at least one must be above 0.",
                "catalog:Locality:ZoneAware:Callers: 1 for 'eu/*' is not allowed; set a number, 0 or more, for each locality, like 10 for 'eu-west/zone-1'.",
                "catalog:Locality:ZoneAware:MinClusterSize: 0 is not allowed; it must be 1 or more.",
                "catalog:Locality:ZoneAware:RoutingPercent: 101 is not allowed; a percentage is 0 to 100.",
                "catalog:Locality:ZoneAware:ForceLocalZoneMinSize: 0 is not allowed; it must be 1 or more.",
                "catalog:Locality:Distribute: it has entries, and Mode is Failover, which ignores them; set Mode to Distribute, or remove them.",
                "catalog:Locality:Weights: it has entries, and Mode is Failover, which ignores them; set Mode to Weighted, or remove them.",
                "catalog:Locality:ZoneAware:Callers: it has entries, and Mode is Failover, which ignores them; set Mode to ZoneAware, or remove them.",
            ],
            exception.Failures);
    }

    [Theory]
    [InlineData(LocalityMode.ZoneAware)]
    [InlineData(LocalityMode.Failover)]
    public void A_mode_that_goes_by_the_own_locality_needs_it(LocalityMode mode)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Build(options => options.Locality.Mode = mode));

        Assert.Equal(
            [$"catalog:Locality:Self: it is not set, and Mode {mode} routes by the locality of this process; it is a region, or region/zone, or " +
                $"region/zone/subzone, like 'eu-west/zone-1'."],
            exception.Failures);
    }

    [Fact]
    public void Distribute_needs_an_entry()
    {
        var exception = Assert.Throws<OptionsValidationException>(static () => Build(static options => options.Locality.Mode = LocalityMode.Distribute));

        Assert.Equal(["catalog:Locality:Distribute: it is empty, and Mode is Distribute; add an entry with From and To."], exception.Failures);
    }

    private static LoadBalancer Build(Action<LoadBalancingOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1"];
            configure(options);
        });
        return services.BuildServiceProvider().GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
    }
}
