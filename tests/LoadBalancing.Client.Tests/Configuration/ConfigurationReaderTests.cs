using System.Text;
using Microsoft.Extensions.Configuration;

namespace LoadBalancing.Client.Tests.Configuration;

/// <summary>Configuration values reach the options.</summary>
public sealed class ConfigurationReaderTests
{
    [Fact]
    public void Localities_slow_start_and_subsetting_are_read()
    {
        const string Json = """
            {
              "Endpoints": [ { "Address": "http://10.0.0.1", "Priority": 2, "Locality": "eu-west/a" } ],
              "Locality": {
                "Self": "eu-west/a", "Mode": "Distribute", "Labels": { "network": "blue" },
                "Distribute": [ { "From": "eu-west/*", "To": { "eu-west/a": 80, "eu-west/*": 20.5 } } ],
                "ZoneAware": { "MinClusterSize": 3, "RoutingPercent": 50, "ForceLocalZoneMinSize": 2 }
              },
              "SlowStart": { "Window": "30s", "Aggression": 2, "MinWeightPercent": 5 },
              "Subsetting": { "Size": 20, "ClientId": "orders-7" }
            }
            """;
        LoadBalancingOptions options = Read(Json);

        Assert.Equal((2, "eu-west/a"), (options.Endpoints[0].Priority, options.Endpoints[0].Locality));
        Assert.Equal(("eu-west/a", LocalityMode.Distribute, "blue"), (options.Locality.Self, options.Locality.Mode, options.Locality.Labels["network"]));
        Assert.Equal([("eu-west/*", 20.5), ("eu-west/a", 80)], options.Locality.Distribute[0].To.Select(static pair => (pair.Key, pair.Value)).Order());
        Assert.Equal(
            (3, 50, 2),
            (options.Locality.ZoneAware.MinClusterSize, options.Locality.ZoneAware.RoutingPercent, options.Locality.ZoneAware.ForceLocalZoneMinSize));
        Assert.Equal((TimeSpan.FromSeconds(30), 2, 5), (options.SlowStart.Window, options.SlowStart.Aggression, options.SlowStart.MinWeightPercent));
        Assert.Equal((20, "orders-7"), (options.Subsetting.Size, options.Subsetting.ClientId));
    }

    [Fact]
    public void Statuses_are_read_as_numbers_and_as_texts()
    {
        const string Json = """
            {
              "Retry": { "RetriableStatuses": [429, "500-504", "5xx"] },
              "OutlierDetection": { "ErrorStatuses": [500, "502"] },
              "HealthCheck": { "ExpectedStatuses": ["2xx"], "Headers": { "X-Probe": "1" } }
            }
            """;
        LoadBalancingOptions options = Read(Json);

        Assert.Equal([429, "500-504", "500-599"], options.Retry.RetriableStatuses);
        Assert.Equal([500, 502], options.OutlierDetection.ErrorStatuses);
        Assert.Equal([new StatusRange(200, 299)], options.HealthCheck.ExpectedStatuses);
        Assert.Equal("1", options.HealthCheck.Headers["X-PROBE"]);
    }

    private static LoadBalancingOptions Read(string json)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        var options = new LoadBalancingOptions();
        ConfigurationReader.Read(configuration, options);
        Assert.Empty(options.ConfigurationErrors);
        return options;
    }
}
