using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Hashing;

/// <summary>Rings and Maglev tables of hosts in localities with weights: the library and <see cref="EnvoyReference"/> agree entry for entry.</summary>
public sealed class EnvoyLocalityAgreementTests
{
    private const int Sets = 250;

    private readonly RandomSource _random = RandomSource.Seeded(52);

    [Fact]
    public void Two_equal_zones_of_four_and_three_have_a_ring_of_1024_entries()
    {
        (string Key, double Weight, string Locality)[] hosts =
            [.. Enumerable.Range(1, 7).Select(static i => ($"10.0.0.{i}:80", 1.0, i <= 4 ? "eu/a" : "eu/b"))];
        using TestCluster cluster = Cluster(
            hosts,
            new Dictionary<string, double> { ["eu/a"] = 1, ["eu/b"] = 1 },
            static options => options.Strategy = LoadBalancingStrategies.RingHash);

        Assert.Equal(1024, TableOf(cluster).Entries.Length);
    }

    [Theory]
    [InlineData(LoadBalancingStrategies.RingHash, UnavailableOwnerBehavior.Skip)]
    [InlineData(LoadBalancingStrategies.RingHash, UnavailableOwnerBehavior.Rebuild)]
    [InlineData(LoadBalancingStrategies.Maglev, UnavailableOwnerBehavior.Skip)]
    [InlineData(LoadBalancingStrategies.Maglev, UnavailableOwnerBehavior.Rebuild)]
    public void Entries_agree(string strategy, UnavailableOwnerBehavior onUnavailable)
    {
        int[] primes = [7, 101, 251, 1009];
        for (int i = 0; i < Sets; i++)
        {
            (string Key, double Weight, string Locality)[] hosts = DrawHosts(i);
            Dictionary<string, double> localities = hosts.Select(static host => host.Locality).Distinct().ToDictionary(
                static locality => locality,
                _ => 1.0 + Draw(i % 2 == 0 ? 3 : 100));
            int size = strategy == LoadBalancingStrategies.Maglev ? primes[Draw(primes.Length)] : 1 + Draw(i % 20 == 0 ? 2000 : 100);
            using TestCluster cluster = Cluster(hosts, localities, options =>
            {
                options.Strategy = strategy;
                options.ConsistentHash.OnUnavailableOwner = onUnavailable;
                options.ConsistentHash.MinRingSize = size;
                options.ConsistentHash.TableSize = size;
                options.Panic.ThresholdPercent = 0;
            });
            if (onUnavailable == UnavailableOwnerBehavior.Rebuild && hosts.Length > 1)
            {
                // Envoy keeps the weight of a locality in the sum even when none of its hosts is healthy.
                cluster.Endpoints[0].SetFailingHealthChecks(true);
                cluster.Update([.. cluster.Endpoints.Select(static endpoint => endpoint.Description)]);
                hosts = hosts[1..];
            }

            (string Key, double Normal)[] inOrder = [.. EnvoyReference.Normalize(hosts, localities).OrderBy(static host => host.Key, StringComparer.Ordinal)];
            int[] reference = strategy == LoadBalancingStrategies.Maglev
                ? EnvoyReference.Maglev(inOrder, size)
                : [.. EnvoyReference.Ring(inOrder, size, 8 * 1024 * 1024).Select(static entry => entry.Host)];

            ConsistentHashTable table = TableOf(cluster);
            IEnumerable<string> found = Enumerable.Range(0, table.Entries.Length).Select(entry => table.Owners[table.Entries[entry]].Key);
            Assert.Equal(reference.Select(host => inOrder[host].Key), found);
        }
    }

    [Fact]
    public void A_locality_without_a_weight_of_its_own_has_the_sum_of_its_hosts()
    {
        (string Key, double Weight, string Locality)[] hosts = DrawHosts(20);
        Dictionary<string, double> localities = hosts.GroupBy(static host => host.Locality).ToDictionary(
            static group => group.Key,
            static group => group.Sum(static host => host.Weight));
        using TestCluster cluster = Cluster(hosts, localities, static options =>
        {
            options.Strategy = LoadBalancingStrategies.Maglev;
            options.Locality.Weights = new Dictionary<string, double>();
        });

        (string Key, double Normal)[] normal = EnvoyReference.Normalize(hosts, localities);

        Assert.Equal(normal.OrderBy(static host => host.Key, StringComparer.Ordinal), TableOf(cluster).Owners.Select(static owner => (owner.Key, owner.Share)));
    }

    private static TestCluster Cluster(
        (string Key, double Weight, string Locality)[] hosts,
        Dictionary<string, double> localities,
        Action<LoadBalancingOptions> configure) => new(
        [.. hosts.Select(static host => new EndpointDescription($"http://{host.Key}") { Weight = host.Weight, Locality = host.Locality })],
        options =>
        {
            options.Locality.Mode = LocalityMode.Weighted;
            options.Locality.Weights = localities;
            configure(options);
        });

    private static ConsistentHashTable TableOf(TestCluster cluster) => ((ConsistentHashTablePicker)cluster.Balancer.CurrentSet!.Picker!).Table;

    private (string Key, double Weight, string Locality)[] DrawHosts(int round)
    {
        var hosts = new Dictionary<string, (double, string)>();
        int count = 1 + Draw(round % 10 == 0 ? 40 : 12);
        int localities = 1 + Draw(5);
        while (hosts.Count < count)
        {
            hosts[$"10.{Draw(256)}.{Draw(256)}.{Draw(256)}:{1024 + Draw(60000)}"] = (round % 3 == 0 ? 1 : 1 + Draw(9), $"eu/{(char)('a' + Draw(localities))}");
        }

        return [.. hosts.Select(static host => (host.Key, host.Value.Item1, host.Value.Item2))];
    }

    private int Draw(int below) => (int)(_random.NextUInt64() % (ulong)below);
}
