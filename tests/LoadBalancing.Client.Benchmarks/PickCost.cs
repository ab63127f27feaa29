using System.Diagnostics;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// The cost of each picker's Pick compared with a hand-written round robin in the same run: contenders alternate in slices of a few milliseconds, and each is
/// compared within its round.
/// </summary>
internal static class PickCost
{
    private const int Picks = 100_000;

    private static readonly int[] Sizes = [3, 100, 1000, 10_000];

    public static void Run(string[] args)
    {
        int rounds = args.Contains("short") ? 15 : 61;

        // A warm-up: code compiled during the measurement would be measured too slow.
        Measure(Sizes[1], rounds: 20);
        Measure(Sizes[0], rounds: 20);
        var table = new Dictionary<string, List<string>>();
        foreach (int size in Sizes)
        {
            foreach (Row row in Measure(size, rounds))
            {
                if (!table.TryGetValue(row.Name, out List<string>? cells))
                {
                    table.Add(row.Name, cells = []);
                }

                cells.Add($"{row.Nanoseconds:0.0} ({row.Ratio:0.00}{(row.Bytes >= 0.5 ? $", {row.Bytes:0} B" : "")})");
            }
        }

        Console.WriteLine();
        Console.WriteLine($"| nanoseconds (relative to by hand) | {string.Join(" | ", Sizes.Select(static size => $"{size} endpoints"))} |");
        Console.WriteLine($"| --- |{string.Concat(Enumerable.Repeat(" ---: |", Sizes.Length))}");
        foreach ((string name, List<string> cells) in table)
        {
            Console.WriteLine($"| {name} | {string.Join(" | ", cells.Concat(Enumerable.Repeat("-", Sizes.Length - cells.Count)))} |");
        }

        if (!args.Contains("quick"))
        {
            Threads();
            Building();
        }
    }

    private static List<Row> Measure(int size, int rounds)
    {
        string[] addresses = Addresses(size);
        uint next = 0;
        var random = new Random(1);
        int[] order = [.. Enumerable.Range(0, 1 << 16).Select(_ => random.Next(size))];
        UpstreamEndpoint[] endpoints = [.. Balancer("RoundRobin", size).Endpoints];
        List<(string Name, Func<int, object?> Loop)> contenders =
        [
            ("by hand: interlocked count, array", count =>
            {
                string last = "";
                for (int i = 0; i < count; i++)
                {
                    last = addresses[Interlocked.Increment(ref next) % (uint)addresses.Length];
                }

                return last;
            }),
            ("random array read", count =>
            {
                UpstreamEndpoint? last = null;
                for (int i = 0; i < count; i++)
                {
                    UpstreamEndpoint endpoint = endpoints[order[i & 0xFFFF]];
                    last = endpoint.IsAvailable ? endpoint : last;
                }

                return last;
            }),
            ("the same behind a picker's interface", PlainBy<K>(new ByHand([.. endpoints]))),
            .. HandPickers.Of(TimedBalancer(size).Endpoints),
            ("RoundRobin", Plain<A>("RoundRobin", size)),
            ("Random", Plain<B>("Random", size)),
            ("Random, weighted", Plain<C>("Random", size, weighted: true)),
            ("LeastRequest", Plain<D>("LeastRequest", size)),
            ("LeastRequest, weighted", Plain<E>("LeastRequest", size, weighted: true)),
            ("LeastLoad", Timed(size)),
            ("RingHash, hash given", Hashed<F>("RingHash", size)),
            ("Maglev, hash given", Hashed<G>("Maglev", size)),
            ("Maglev, key of 16 bytes", Keyed(size)),
        ];
        if (size <= 1000)
        {
            contenders.Add(("LeastConnections", Plain<H>("LeastConnections", size)));
            contenders.Add(("Rendezvous, hash given", Hashed<I>("Rendezvous", size)));
            contenders.Add(("Maglev, bounded, nothing in flight", Hashed<J>("Maglev", size, static options => options.ConsistentHash.HashBalanceFactor = 125)));
            contenders.AddRange(PeerPickers.Of(size));
        }

        int[] counts = new int[contenders.Count];
        for (int i = 0; i < counts.Length; i++)
        {
            // Often enough for tiered recompilation, which happens a moment later.
            for (int warm = 0; warm < 40; warm++)
            {
                contenders[i].Loop(2000);
            }

            Thread.Sleep(150);
            contenders[i].Loop(2000);
            long start = Stopwatch.GetTimestamp();
            contenders[i].Loop(1000);
            double each = Stopwatch.GetElapsedTime(start).TotalNanoseconds / 1000;
            counts[i] = (int)Math.Clamp(3_000_000 / each, 500, Picks);
        }

        var times = contenders.Select(_ => new List<double>()).ToList();
        double[] bytes = new double[contenders.Count];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contenders.Count; i++)
            {
                long allocated = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                contenders[i].Loop(counts[i]);
                times[i].Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / counts[i]);
                bytes[i] = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / counts[i];
            }
        }

        return
        [
            .. contenders.Select(
                (contender, i) => new Row(contender.Name, Median(times[i]), Median(times[i].Zip(times[0], static (own, hand) => own / hand)), bytes[i])),
        ];
    }

    private static void Threads()
    {
        Console.WriteLine();
        Console.WriteLine("| picks a second, 100 endpoints | one thread | two threads | factor |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach ((string name, Func<Func<int, object?>> make) in new (string, Func<Func<int, object?>>)[]
        {
            ("RoundRobin", static () => Plain<A>("RoundRobin", 100)),
            ("Random", static () => Plain<B>("Random", 100)),
            ("LeastRequest", static () => Plain<D>("LeastRequest", 100)),
            ("LeastLoad", static () => Timed(100)),
            ("RingHash, hash given", static () => Hashed<F>("RingHash", 100)),
            ("Maglev, hash given", static () => Hashed<G>("Maglev", 100)),
        })
        {
            Func<int, object?> loop = make();
            loop(Picks);
            double one = Median([.. Enumerable.Range(0, 15).Select(_ => Rate(1))]);
            double two = Median([.. Enumerable.Range(0, 15).Select(_ => Rate(2))]);
            Console.WriteLine($"| {name} | {one / 1e6:0.0} M | {two / 1e6:0.0} M | {two / one:0.00} |");

            double Rate(int threads)
            {
                using var barrier = new Barrier(threads + 1);
                Thread[] all = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
                {
                    barrier.SignalAndWait();
                    loop(5 * Picks);
                    barrier.SignalAndWait();
                }))];
                foreach (Thread thread in all)
                {
                    thread.Start();
                }

                barrier.SignalAndWait();
                long start = Stopwatch.GetTimestamp();
                barrier.SignalAndWait();
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                foreach (Thread thread in all)
                {
                    thread.Join();
                }

                return threads * 5.0 * Picks / seconds;
            }
        }
    }

    private static void Building()
    {
        Console.WriteLine();
        Console.WriteLine("| building a picker for 10,000 endpoints | ms | with the table of the previous picker |");
        Console.WriteLine("| --- | ---: | ---: |");
        foreach (string name in new[] { "RoundRobin", "Random", "LeastRequest", "LeastConnections", "LeastLoad", "RingHash", "Maglev", "Rendezvous" })
        {
            LoadBalancer balancer = Balancer(name, 10_000);
            EndpointSet set = balancer.CurrentSet!;
            double fresh = Median([.. Enumerable.Range(0, 9).Select(_ => Time(null))]);
            double reused = Median([.. Enumerable.Range(0, 9).Select(_ => Time(set.Picker))]);
            Console.WriteLine($"| {name} | {fresh:0.00} | {reused:0.00} |");

            double Time(IEndpointPicker? previous)
            {
                long start = Stopwatch.GetTimestamp();
                set.Strategy.CreatePicker(set.FirstLevel, previous);
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }
    }

    /// <summary>A loop compiled for one contender (<typeparamref name="T"/> distinguishes them), as in a process with one strategy.</summary>
    private static Func<int, object?> Plain<T>(string strategy, int size, bool weighted = false)
        where T : struct
    {
        return PlainBy<T>(Balancer(strategy, size, weighted: weighted).CurrentSet!.Picker!);
    }

    private static Func<int, object?> PlainBy<T>(IEndpointPicker picker)
        where T : struct => count => PlainLoop<T>(picker, count);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static UpstreamEndpoint? PlainLoop<T>(IEndpointPicker picker, int count)
        where T : struct
    {
        UpstreamEndpoint? last = null;
        PickContext context = default;
        for (int i = 0; i < count; i++)
        {
            last = picker.Pick(context);
        }

        return last;
    }

    private static Func<int, object?> Hashed<T>(string strategy, int size, Action<LoadBalancingOptions>? configure = null)
        where T : struct
    {
        IEndpointPicker picker = Balancer(strategy, size, configure).CurrentSet!.Picker!;
        ulong hash = 0;
        return count => HashedLoop<T>(picker, count, ref hash);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static UpstreamEndpoint? HashedLoop<T>(IEndpointPicker picker, int count, ref ulong hash)
        where T : struct
    {
        UpstreamEndpoint? last = null;
        ulong value = hash;
        for (int i = 0; i < count; i++)
        {
            last = picker.Pick(new PickContext { Hash = value += 0x9E3779B97F4A7C15 });
        }

        hash = value;
        return last;
    }

    private static Func<int, object?> Keyed(int size)
    {
        IEndpointPicker picker = Balancer("Maglev", size).CurrentSet!.Picker!;
        byte[] keys = new byte[1 << 16];
        new Random(2).NextBytes(keys);
        return count =>
        {
            UpstreamEndpoint? last = null;
            for (int i = 0; i < count; i++)
            {
                last = picker.Pick(new PickContext { Hash = XxHash64.HashToUInt64(keys.AsSpan((i & 0xFFF) * 16, 16)) });
            }

            return last;
        };
    }

    /// <summary>All endpoints with different latencies, some of them with an attempt in flight.</summary>
    private static LoadBalancer TimedBalancer(int size, long now = 1_000_000_000)
    {
        LoadBalancer balancer = Balancer("LeastLoad", size);
        for (int i = 0; i < size; i++)
        {
            EndpointLoad load = balancer.Endpoints[i].Load;
            for (int sample = 0; sample < 5; sample++)
            {
                load.AddLatency(0.005 + (0.001 * (i % 10)), now - (i * 1000), 1e10);
            }

            load.EndWaiting(load.BeginWaiting(now - 1000));
            if (i % 4 == 0)
            {
                load.Begin();
                load.BeginWaiting(now - 1000);
            }
        }

        return balancer;
    }

    private static Func<int, object?> Timed(int size)
    {
        long now = TimeProvider.System.GetTimestamp();
        LoadBalancer balancer = TimedBalancer(size, now);
        IEndpointPicker picker = balancer.CurrentSet!.Strategy.CreatePicker(balancer.CurrentSet.FirstLevel, null);
        return count =>
        {
            UpstreamEndpoint? last = null;
            for (int i = 0; i < count; i++)
            {
                last = picker.Pick(new PickContext { Now = now + i });
            }

            return last;
        };
    }

    private static LoadBalancer Balancer(string strategy, int size, Action<LoadBalancingOptions>? configure = null, bool weighted = false)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("catalog", options =>
        {
            options.Strategy = strategy;
            options.Endpoints = [.. Addresses(size).Select((address, i) => new EndpointDescription(address) { Weight = weighted ? 1 + (i % 5) : 1 })];
            configure?.Invoke(options);
        });
        return services.BuildServiceProvider().GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
    }

    private static string[] Addresses(int size) => [.. Enumerable.Range(0, size).Select(static i => $"http://10.{i / 65536}.{i / 256 % 256}.{i % 256}:8080")];

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    private readonly record struct Row(string Name, double Nanoseconds, double Ratio, double Bytes);

    private struct A;

    private struct B;

    private struct C;

    private struct D;

    private struct E;

    private struct F;

    private struct G;

    private struct H;

    private struct I;

    private struct J;

    private struct K;

    private sealed class ByHand(UpstreamEndpoint[] endpoints) : IEndpointPicker
    {
        private uint _next;

        public UpstreamEndpoint? Pick(in PickContext context) => endpoints[Interlocked.Increment(ref _next) % (uint)endpoints.Length];
    }
}
