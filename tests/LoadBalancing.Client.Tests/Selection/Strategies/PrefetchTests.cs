using System.Runtime.CompilerServices;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Tests.Selection.Strategies;

/// <summary>
/// Memory is prefetched for round robin over many endpoints. The effect cannot be observed here, only that the right lines are requested and nothing else
/// changes.
/// </summary>
public sealed class PrefetchTests
{
    [Theory]
    [InlineData(LoadBalancingStrategies.RoundRobin, EndpointSet.WorthPrefetching - 1, 1, false)]
    [InlineData(LoadBalancingStrategies.RoundRobin, EndpointSet.WorthPrefetching, 1, true)]
    [InlineData(LoadBalancingStrategies.RoundRobin, EndpointSet.WorthPrefetching, 3, true)]
    [InlineData(LoadBalancingStrategies.RoundRobin, 3, 1000, false)]
    [InlineData(LoadBalancingStrategies.Random, EndpointSet.WorthPrefetching, 1, false)]
    public void Memory_is_prefetched_for_many_endpoints(string strategy, int endpoints, double firstWeight, bool expected)
    {
        EndpointDescription[] described = [.. Enumerable.Range(1, endpoints).Select(TestCluster.Address)];
        described[0].Weight = firstWeight;

        using var cluster = new TestCluster(described, options => options.Strategy = strategy);

        Assert.Equal(expected, cluster.Balancer.CurrentSet!.PrefetchesNext);
    }

    [Fact]
    public void With_prefetching_every_endpoint_has_one_position_in_a_long_round()
    {
        using var cluster = new TestCluster(EndpointSet.WorthPrefetching);
        Dictionary<UpstreamEndpoint, int> picks = [];

        for (int i = 0; i < 2 * EndpointSet.WorthPrefetching; i++)
        {
            using EndpointLease lease = cluster.Balancer.Pick();
            picks[lease.Endpoint] = picks.GetValueOrDefault(lease.Endpoint) + 1;
        }

        Assert.Equal(cluster.Endpoints.ToDictionary(static endpoint => endpoint, static _ => 2), picks);
    }

    [Fact]
    public void Prefetching_does_not_advance_the_cursor()
    {
        using var cluster = new TestCluster(endpoints: 3);
        var cursor = new RoundRobinCursor(ulong.MaxValue - 3);
        var picker = new RoundRobinPicker(RoundRobinSchedule.Begin(cluster.Balancer.CurrentSet!.FirstLevel), cursor);

        for (int i = 0; i < 9; i++)
        {
            ulong before = cursor.Position;
            picker.PrefetchNext();
            Assert.Equal(before, cursor.Position);
            Assert.Equal(before + 1, cursor.Advance());
        }
    }

    [Fact]
    public void The_endpoint_fields_that_every_request_reads_lie_in_the_prefetched_bytes()
    {
        using var cluster = new TestCluster(endpoints: 1);
        UpstreamEndpoint endpoint = cluster.Endpoints[0];

        Assert.InRange(OffsetIn(endpoint, ref Version(endpoint)), UpstreamEndpoint.FirstReadByte, UpstreamEndpoint.LastReadByte);
        Assert.InRange(OffsetIn(endpoint, ref Hostname(endpoint)), UpstreamEndpoint.FirstReadByte, UpstreamEndpoint.LastReadByte);
        Assert.InRange(OffsetIn(endpoint, ref endpoint.TransportState), UpstreamEndpoint.FirstReadByte, UpstreamEndpoint.LastReadByte);
        Assert.InRange(OffsetIn(endpoint, ref Load(endpoint)), UpstreamEndpoint.FirstReadByte, UpstreamEndpoint.LastReadByte);
        Assert.InRange(OffsetIn(endpoint, ref Status(endpoint)), UpstreamEndpoint.FirstReadByte, UpstreamEndpoint.LastReadByte);
        Assert.InRange(OffsetIn(endpoint, ref AuthorityLength(endpoint)), UpstreamEndpoint.FirstReadByte, UpstreamEndpoint.LastReadByte);
        Assert.InRange(UpstreamEndpoint.LastReadByte - UpstreamEndpoint.FirstReadByte, 0, CacheLine.Length);
    }

    [Fact]
    public void The_counters_that_every_attempt_uses_lie_in_the_prefetched_bytes()
    {
        using var cluster = new TestCluster(endpoints: 1);
        EndpointLoad load = cluster.Endpoints[0].Load;
        ref EndpointCounters counters = ref Counters(load);

        Assert.InRange(OffsetIn(load, ref counters.WasWatched), EndpointLoad.FirstUsedByte, EndpointLoad.LastUsedByte);
        Assert.InRange(OffsetIn(load, ref counters.InFlight), EndpointLoad.FirstUsedByte, EndpointLoad.LastUsedByte);
        Assert.InRange(OffsetIn(load, ref counters.Succeeded), EndpointLoad.FirstUsedByte, EndpointLoad.LastUsedByte);
        Assert.InRange(OffsetIn(load, ref counters.Failed), EndpointLoad.FirstUsedByte, EndpointLoad.LastUsedByte);
        Assert.InRange(EndpointLoad.LastUsedByte - EndpointLoad.FirstUsedByte, 0, CacheLine.Length);
    }

    /// <summary>The offset from the beginning of the object, where the pointer to its type is.</summary>
    private static int OffsetIn<T>(object holder, ref T field) =>
        Unsafe.SizeOf<nint>() + (int)Unsafe.ByteOffset(ref Unsafe.As<StrongBox<byte>>(holder).Value, ref Unsafe.As<T, byte>(ref field));

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_availabilityVersion")]
    private static extern ref AvailabilityVersion? Version(UpstreamEndpoint endpoint);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_hostname")]
    private static extern ref string? Hostname(UpstreamEndpoint endpoint);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_load")]
    private static extern ref EndpointLoad Load(UpstreamEndpoint endpoint);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_status")]
    private static extern ref ulong Status(UpstreamEndpoint endpoint);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_authorityLength")]
    private static extern ref int AuthorityLength(UpstreamEndpoint endpoint);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_counters")]
    private static extern ref EndpointCounters Counters(EndpointLoad load);
}
