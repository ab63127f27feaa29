using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>How evenly the strategies that hash share a million keys, and how many keys move unnecessarily when an endpoint is removed.</summary>
internal static class KeyTables
{
    private const int Keys = 1_000_000;

    public static void Run()
    {
        Console.WriteLine("| strategy, endpoints | max / mean | min / mean | moved on removal | necessary moves | one unavailable (`Skip`) |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        foreach (string strategy in new[] { "RingHash", "Maglev", "Rendezvous" })
        {
            foreach (int size in strategy == "Rendezvous" ? [10, 100] : new[] { 10, 100, 1000 })
            {
                int[] all = OwnersOf(strategy, [.. Enumerable.Range(0, size)], out _);
                int removed = size / 3;
                int[] without = OwnersOf(strategy, [.. Enumerable.Range(0, size).Where(i => i != removed)], out _);
                int[] skipped = OwnersOf(strategy, [.. Enumerable.Range(0, size)], out _, excluded: removed);
                int[] counts = new int[size];
                foreach (int owner in all)
                {
                    counts[owner]++;
                }

                double mean = (double)Keys / size;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {strategy}, {size} | {counts.Max() / mean:0.00} | {counts.Min() / mean:0.00} | {Moved(all, without):0.00} % "
                    + $"| {100.0 * counts[removed] / Keys:0.00} % | {Moved(all, skipped):0.00} % |"));
            }
        }
    }

    private static double Moved(int[] before, int[] after) => 100.0 * before.Zip(after).Count(static pair => pair.First != pair.Second) / Keys;

    private static int[] OwnersOf(string strategy, int[] members, out LoadBalancer balancer, int? excluded = null)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("catalog", options =>
        {
            options.Strategy = strategy;
            options.Endpoints = [.. members.Select(static i => new EndpointDescription(Address(i)))];
        });
        balancer = services.BuildServiceProvider().GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
        IEndpointPicker picker = balancer.CurrentSet!.Picker!;
        var numbers = members.ToDictionary(static i => new Uri(Address(i)), static i => i);
        UpstreamEndpoint[]? exclude = excluded is null ? null : [balancer.Endpoints[excluded.Value]];
        int[] owners = new int[Keys];
        for (int key = 0; key < Keys; key++)
        {
            var context = new PickContext { Hash = TextHash.Of(key.ToString(CultureInfo.InvariantCulture)), TriedEndpoints = exclude };
            owners[key] = numbers[picker.Pick(context)!.Address];
        }

        return owners;
    }

    private static string Address(int i) => $"http://10.0.{i / 256}.{i % 256}:8080";
}
