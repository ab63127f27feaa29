using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Hashing;

/// <summary>The ring compared with the positions in Envoy's tests (test/extensions/load_balancing_policies/ring_hash/ring_hash_lb_test.cc).</summary>
public sealed class RingHashTests
{
    [Fact]
    public void Six_hosts_and_twelve_entries_as_in_Envoys_test_Basic()
    {
        (ulong Position, int Port)[] ring =
        [
            (833437586790550860, 94), (928266305478181108, 92), (1033482794131418490, 90), (3551244743356806947, 95),
            (3851675632748031481, 93), (5583722120771150861, 91), (6311230543546372928, 91), (7700377290971790572, 93),
            (13144177310400110813, 95), (13444792449719432967, 92), (15516499411664133160, 94), (16117243373044804889, 90),
        ];
        using TestCluster cluster = Ring(
            12,
            ["http://127.0.0.1:90", "http://127.0.0.1:91", "http://127.0.0.1:92", "http://127.0.0.1:93", "http://127.0.0.1:94", "http://127.0.0.1:95"]);

        for (int i = 0; i < ring.Length; i++)
        {
            Assert.Equal(ring[i].Port, Port(cluster, ring[i].Position));
            Assert.Equal(ring[(i + 1) % ring.Length].Port, Port(cluster, ring[i].Position + 1));
        }

        Assert.Equal(94, Port(cluster, 0));
        Assert.Equal(94, Port(cluster, ulong.MaxValue));
        Assert.Equal(90, Port(cluster, 16117243373044804880));
        Assert.Equal(12, ((ConsistentHashTablePicker)cluster.Balancer.CurrentSet!.Picker!).Table.Entries.Length);
    }

    [Fact]
    public void Six_named_hosts_as_in_Envoys_test_BasicWithHostname()
    {
        (ulong Position, int Port)[] ring =
        [
            (1975508444536362413, 95), (2376063919839173711, 95), (2386806903309390596, 93), (6749904478991551885, 94),
            (6803900775736438537, 93), (7225015537174310577, 92), (8787465352164086522, 90), (11282020843382717940, 92),
            (13723418369486627818, 91), (13776502110861797421, 90), (14338313586354474791, 91), (15364271037087512980, 94),
        ];
        using TestCluster byHostname = Ring(
            12,
            [.. Enumerable.Range(90, 6).Select(static i => new EndpointDescription($"http://127.0.0.1:{i}") { Hostname = $"{i}" })],
            static options => options.ConsistentHash.UseHostnameForHashing = true);
        using TestCluster byKey = Ring(
            12,
            [.. Enumerable.Range(90, 6).Select(static i => new EndpointDescription($"http://127.0.0.1:{i}") { HashKey = $"{i}" })]);

        foreach ((ulong position, int port) in ring)
        {
            Assert.Equal(port, Port(byHostname, position));
            Assert.Equal(port, Port(byKey, position));
        }
    }

    [Fact]
    public void Two_hosts_and_a_minimum_of_three_give_four_entries_as_in_Envoys_test_UnevenHosts()
    {
        using TestCluster cluster = Ring(3, ["http://127.0.0.1:80", "http://127.0.0.1:81"]);

        Assert.Equal(
            [80, 81, 80, 81],
            new ulong[] { 5454692015285649509, 7859399908942313493, 13838424394637650569, 16064866803292627174 }.Select(position => Port(cluster, position)));
        Assert.Equal(4, ((ConsistentHashTablePicker)cluster.Balancer.CurrentSet!.Picker!).Table.Entries.Length);
    }

    [Fact]
    public void Weights_one_two_three_on_six_entries_as_in_Envoys_test_HostWeightedTinyRing()
    {
        using TestCluster cluster = Ring(
            6,
            [new("http://127.0.0.1:90"), new("http://127.0.0.1:91") { Weight = 2 }, new("http://127.0.0.1:92") { Weight = 3 }],
            static options => options.ConsistentHash.MaxRingSize = 6);

        ulong[] positions = [928266305478181108, 4443673547860492590, 5583722120771150861, 6311230543546372928, 13444792449719432967, 16117243373044804889];
        Assert.Equal([92, 92, 91, 91, 92, 90], positions.Select(position => Port(cluster, position)));
    }

    private static TestCluster Ring(int minimum, EndpointDescription[] endpoints, Action<LoadBalancingOptions>? configure = null) => new(endpoints, options =>
    {
        options.Strategy = LoadBalancingStrategies.RingHash;
        options.ConsistentHash.MinRingSize = minimum;
        configure?.Invoke(options);
    });

    private static int Port(TestCluster cluster, ulong hash) => cluster.PickOne(new PickContext { Hash = hash }).Address.Port;
}
