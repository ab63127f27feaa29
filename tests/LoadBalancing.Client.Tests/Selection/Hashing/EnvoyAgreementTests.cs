using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Hashing;

/// <summary>
/// Thousands of random host sets, with equal and unequal weights, IPv4, IPv6 and names, in random order: the library and <see cref="EnvoyReference"/> find the
/// same owners.
/// </summary>
public sealed class EnvoyAgreementTests
{
    private const int Sets = 2000;

    private readonly RandomSource _random = RandomSource.Seeded(51);

    [Fact]
    public void Rings_agree()
    {
        for (int i = 0; i < Sets; i++)
        {
            (string Key, double Weight)[] hosts = DrawHosts(i);
            int minimum = 1 + Draw(i % 20 == 0 ? 3000 : 60);
            int maximum = i % 5 == 0 ? Math.Max(minimum, hosts.Length) : 8 * 1024 * 1024;
            using TestCluster cluster = Cluster(hosts, options =>
            {
                options.Strategy = LoadBalancingStrategies.RingHash;
                options.ConsistentHash.MinRingSize = minimum;
                options.ConsistentHash.MaxRingSize = maximum;
            });

            (string Key, double Weight)[] inOrder = [.. hosts.OrderBy(static host => host.Key, StringComparer.Ordinal)];
            List<(ulong Position, int Host)> reference = EnvoyReference.Ring(EnvoyReference.Normalize(inOrder), minimum, maximum);
            foreach (ulong hash in Hashes(16))
            {
                Assert.Equal(inOrder[EnvoyReference.OwnerOf(hash, reference)].Key, KeyOf(cluster.PickOne(new PickContext { Hash = hash })));
            }
        }
    }

    [Fact]
    public void Tables_agree()
    {
        int[] primes = [2, 3, 7, 17, 101, 251, 1009];
        for (int i = 0; i < Sets; i++)
        {
            (string Key, double Weight)[] hosts = DrawHosts(i);
            int size = primes[Draw(primes.Length)];
            using TestCluster cluster = Cluster(hosts, options =>
            {
                options.Strategy = LoadBalancingStrategies.Maglev;
                options.ConsistentHash.TableSize = size;
            });

            int[] reference = EnvoyReference.Maglev(EnvoyReference.Normalize(hosts), size);
            var table = (ConsistentHashTablePicker)cluster.Balancer.CurrentSet!.Picker!;
            Assert.Equal(reference.Select(host => hosts[host].Key), KeysOf(table.Table));
            foreach (ulong hash in Hashes(4))
            {
                Assert.Equal(hosts[reference[hash % (ulong)size]].Key, KeyOf(cluster.PickOne(new PickContext { Hash = hash })));
            }
        }
    }

    [Fact]
    public void A_table_of_the_default_size_agrees()
    {
        (string Key, double Weight)[] hosts = [.. Enumerable.Range(1, 300).Select(static i => ($"10.1.{i / 250}.{i % 250}:8080", i % 7 + 1.0))];
        using TestCluster cluster = Cluster(hosts, static options => options.Strategy = LoadBalancingStrategies.Maglev);

        int[] reference = EnvoyReference.Maglev(EnvoyReference.Normalize(hosts), 65537);

        var table = (ConsistentHashTablePicker)cluster.Balancer.CurrentSet!.Picker!;
        Assert.Equal(reference.Select(host => hosts[host].Key), KeysOf(table.Table));
    }

    [Theory]
    [InlineData("http://[2001:DB8:0:0:0:0:0:1]:8080", "[2001:db8::1]:8080")]
    [InlineData("http://[::FFFF:10.0.0.1]", "[::ffff:10.0.0.1]:80")]
    [InlineData("https://[fe80::1]", "[fe80::1]:443")]
    [InlineData("http://10.0.0.1", "10.0.0.1:80")]
    [InlineData("http://Catalog.Internal:81/base", "catalog.internal:81")]
    [InlineData("unix:///run/catalog.sock", "/run/catalog.sock")]
    public void Endpoint_keys_are_address_and_port_as_in_Envoy(string address, string key)
    {
        using var cluster = new TestCluster([address]);

        Assert.Equal(key, HashOwner.KeyOf(cluster.Endpoints[0], useHostname: false));
    }

    [Fact]
    public void The_reference_hash_equals_the_hash_of_the_platform()
    {
        for (int length = 0; length < 200; length++)
        {
            string text = new([.. Enumerable.Range(0, length).Select(_ => (char)('!' + Draw(90)))]);
            foreach (ulong seed in new ulong[] { 0, 1, 0x9E3779B97F4A7C15 })
            {
                Assert.Equal(
                    EnvoyReference.XxHash64(text, seed),
                    System.IO.Hashing.XxHash64.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(text), (long)seed));
            }
        }
    }

    private static TestCluster Cluster((string Key, double Weight)[] hosts, Action<LoadBalancingOptions> configure) =>
        new([.. hosts.Select(static host => new EndpointDescription($"http://{host.Key}") { Weight = host.Weight })], configure);

    private static IEnumerable<string> KeysOf(ConsistentHashTable table) =>
        Enumerable.Range(0, table.Entries.Length).Select(entry => KeyOf(table.Owners[table.Entries[entry]].Endpoint));

    private static string KeyOf(UpstreamEndpoint endpoint) => HashOwner.KeyOf(endpoint, useHostname: false);

    /// <summary>Random hosts, written like their keys, in random order.</summary>
    private (string Key, double Weight)[] DrawHosts(int round)
    {
        int count = 1 + Draw(round % 10 == 0 ? 60 : 12);
        var hosts = new Dictionary<string, double>();
        while (hosts.Count < count)
        {
            int port = 1024 + Draw(60000);
            string host = Draw(3) switch
            {
                0 => $"[2001:db8::{1 + Draw(9999):x}]:{port}",
                1 => $"10.{Draw(256)}.{Draw(256)}.{Draw(256)}:{port}",
                _ => $"catalog-{Draw(1000)}.internal:{port}",
            };
            hosts[host] = (round % 3) switch
            {
                0 => 1,
                1 => 1 + Draw(5),
                _ => 1 + Draw(1000),
            };
        }

        return [.. hosts.Select(static host => (host.Key, host.Value))];
    }

    private IEnumerable<ulong> Hashes(int count) => Enumerable.Range(0, count).Select(_ => _random.NextUInt64()).Append(0UL).Append(ulong.MaxValue);

    private int Draw(int below) => (int)(_random.NextUInt64() % (ulong)below);
}
