using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Hashing;

/// <summary>The table compared with those in Envoy's tests (test/extensions/load_balancing_policies/maglev/maglev_lb_test.cc).</summary>
public sealed class MaglevTests
{
    [Fact]
    public void Six_hosts_in_seven_entries_as_in_Envoys_test_Basic()
    {
        using TestCluster cluster = Maglev(7, [.. Enumerable.Range(90, 6).Select(static port => new EndpointDescription($"http://127.0.0.1:{port}"))]);

        Assert.Equal([92, 94, 90, 91, 95, 90, 93], Table(cluster, 7));
    }

    [Fact]
    public void Six_named_hosts_in_seven_entries_as_in_Envoys_test_BasicWithHostName()
    {
        using TestCluster cluster = Maglev(
            7,
            [.. Enumerable.Range(90, 6).Select(static port => new EndpointDescription($"http://127.0.0.1:{port}") { Hostname = $"{port}" })],
            static options => options.ConsistentHash.UseHostnameForHashing = true);

        Assert.Equal([92, 95, 90, 93, 94, 91, 90], Table(cluster, 7));
    }

    [Fact]
    public void Weights_one_and_two_in_seventeen_entries_as_in_Envoys_test_Weighted()
    {
        using TestCluster cluster = Maglev(17, [new("http://127.0.0.1:90"), new("http://127.0.0.1:91") { Weight = 2 }]);

        Assert.Equal([91, 90, 90, 91, 90, 91, 91, 90, 91, 91, 91, 91, 91, 90, 91, 90, 91], Table(cluster, 17));
    }

    [Fact]
    public void The_table_wraps_around()
    {
        // 92 94 90 91 95 90 93, as above.
        using TestCluster cluster = Maglev(7, [.. Enumerable.Range(90, 6).Select(static port => new EndpointDescription($"http://127.0.0.1:{port}"))]);

        Assert.Equal(92, cluster.PickOne(new PickContext { Hash = 6, TriedEndpoints = [cluster.Endpoints[3]] }).Address.Port);
    }

    [Fact]
    public void Halves_in_seventeen_entries_as_in_Envoys_test_LocalityWeightedSameLocalityWeights()
    {
        using TestCluster cluster = Maglev(17, ["http://127.0.0.1:90", "http://127.0.0.1:91"]);

        Assert.Equal([91, 90, 90, 91, 90, 91, 91, 90, 90, 91, 90, 91, 90, 90, 91, 90, 91], Table(cluster, 17));
    }

    [Fact]
    public void Four_to_one_in_seventeen_entries_as_in_Envoys_test_LocalityWeightedDifferentLocalityWeights()
    {
        using TestCluster cluster = Maglev(17, [new("http://127.0.0.1:90") { Weight = 4 }, new("http://127.0.0.1:91")]);

        Assert.Equal([91, 90, 90, 90, 90, 90, 91, 90, 90, 91, 90, 91, 90, 90, 90, 90, 90], Table(cluster, 17));
    }

    [Fact]
    public void One_heavy_host_and_a_thousand_light_ones_as_in_Envoys_test_LocalityWeightedLopsided()
    {
        // In Envoy's test 127 parts of 128 go to the first host, and the last part is divided among the 1,023 others.
        using TestCluster cluster = Maglev(
            65537,
            [.. Enumerable.Range(0, 1024).Select(static i => new EndpointDescription($"tcp://127.0.0.1:{i + 1}") { Weight = i == 0 ? 127 * 1023 : 1 })]);

        int[] counts = cluster.Count(65537, static i => new PickContext { Hash = (ulong)i });

        Assert.Equal(65537 - 1023, counts[0]);
        Assert.All(counts[1..], static count => Assert.Equal(1, count));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(65537, true)]
    [InlineData(5_000_011, true)]
    [InlineData(0, false)]
    [InlineData(-7, false)]
    [InlineData(1, false)]
    [InlineData(8, false)]
    [InlineData(65536, false)]
    [InlineData(251 * 251, false)]
    [InlineData(5_000_077, false)]
    public void A_table_size_is_a_prime_within_the_limit(int size, bool allowed) => Assert.Equal(allowed, MaglevStrategy.IsTableSize(size));

    private static TestCluster Maglev(int size, EndpointDescription[] endpoints, Action<LoadBalancingOptions>? configure = null) => new(endpoints, options =>
    {
        options.Strategy = LoadBalancingStrategies.Maglev;
        options.ConsistentHash.TableSize = size;
        configure?.Invoke(options);
    });

    private static int[] Table(TestCluster cluster, int size) =>
        [.. Enumerable.Range(0, size).Select(entry => cluster.PickOne(new PickContext { Hash = (ulong)entry + (ulong)size }).Address.Port)];
}
