using System.Reflection;
using System.Runtime.CompilerServices;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>The pickers of other libraries: YARP's policies from its container, and gRPC's round robin.</summary>
internal static class PeerPickers
{
    public static IEnumerable<(string Name, Func<int, object?> Loop)> Of(int size)
    {
        ServiceProvider yarp = new ServiceCollection().AddLogging().AddReverseProxy().Services.BuildServiceProvider();
        var cluster = new ClusterState("catalog");
        DestinationState[] destinations = [.. Enumerable.Range(0, size).Select(static i => new DestinationState($"{i}"))];
        var context = new DefaultHttpContext();
        foreach (ILoadBalancingPolicy policy in yarp.GetServices<ILoadBalancingPolicy>().OrderBy(static policy => policy.Name))
        {
            // The alphabetically first, without any choice.
            if (policy.Name != LoadBalancingPolicies.FirstAlphabetical)
            {
                yield return ($"YARP {policy.Name}", Loop);
            }

            object? Loop(int count)
            {
                DestinationState? last = null;
                for (int i = 0; i < count; i++)
                {
                    last = policy.PickDestination(context, cluster, destinations);
                }

                return last;
            }
        }

        SubchannelPicker picker = GrpcRoundRobin(size);
        var pick = new Grpc.Net.Client.Balancer.PickContext();
        yield return ("gRPC round_robin", GrpcLoop);

        object? GrpcLoop(int count)
        {
            Subchannel? last = null;
            for (int i = 0; i < count; i++)
            {
                last = picker.Pick(pick).Subchannel;
            }

            return last;
        }
    }

    /// <summary>The picker and its subchannels are internal; it does not read the subchannels.</summary>
    private static SubchannelPicker GrpcRoundRobin(int size)
    {
        Type type = typeof(GrpcChannel).Assembly.GetType("Grpc.Net.Client.Balancer.RoundRobinPicker", throwOnError: true)!;
        List<Subchannel> subchannels = [.. Enumerable.Range(0, size).Select(static _ => (Subchannel)RuntimeHelpers.GetUninitializedObject(typeof(Subchannel)))];
        return (SubchannelPicker)Activator.CreateInstance(
            type,
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic,
            null,
            [subchannels, 0L],
            null)!;
    }
}
