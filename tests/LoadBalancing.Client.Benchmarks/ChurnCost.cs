using System.Globalization;
using System.Runtime.CompilerServices;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// 1,000 endpoints, a tenth of which is replaced each second, for 60 virtual seconds: the cost of a pick meanwhile, the duration of publishing a snapshot, the
/// keys that move, and whether remaining endpoints keep their state.
/// </summary>
internal static class ChurnCost
{
    private const int Seconds = 60;

    /// <summary>How often the 60 seconds are measured in succession.</summary>
    private const int Rounds = 5;
    private const int Picks = 50_000;

    /// <summary>For strategies that compare all endpoints.</summary>
    private const int SlowPicks = 2000;
    private const int Keys = 20_000;
    private static readonly TimeSpan LongestPublish = TimeSpan.FromMilliseconds(5);

    /// <returns>The exit code: 1 when a bound is exceeded.</returns>
    public static int Run()
    {
        // A warm-up: afterwards the code common to all rows is compiled.
        using (var churn = new ChurnRun())
        {
            WarmUp(churn, hashes: false);
        }

        Console.WriteLine("Times are processor times of the thread that picks or publishes.");
        Console.WriteLine();
        Console.WriteLine(
            "| strategy | pick before, ns | pick, median of seconds, ns | slowest second, ns | publish, median ms | 95 % ms | longest ms "
            + "| longest without a collection, ms | keys moved | relative to the minimum | state kept |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
        bool isGood = true;
        foreach (string strategy in new[] { "RoundRobin", "Random", "LeastRequest", "LeastConnections", "LeastLoad", "RingHash", "Maglev", "Rendezvous" })
        {
            isGood &= Run(strategy, options => options.Strategy = strategy, hashes: strategy is "RingHash" or "Maglev" or "Rendezvous");
        }

        isGood &= Run("RoundRobin, slow start 10 s", static options => options.SlowStart.Window = TimeSpan.FromSeconds(10), hashes: false);
        isGood &= Run("RoundRobin, by locality", static options => options.Locality.Mode = LocalityMode.Weighted, hashes: false);
        isGood &= Run(
            "RoundRobin, 20 of them used",
            static options => options.Subsetting = new SubsettingOptions { Size = 20, ClientId = "churn" },
            hashes: false);
        Console.WriteLine();
        string good = string.Create(
            CultureInfo.InvariantCulture,
            $"Publishing takes less than {LongestPublish.TotalMilliseconds} ms in 95 of 100 cases, remaining endpoints keep their state, and keys move "
            + $"within bounds.");
        Console.WriteLine(isGood ? good : "A bound is exceeded.");
        return isGood ? 0 : 1;
    }

    private static bool Run(string name, Action<LoadBalancingOptions> configure, bool hashes)
    {
        using var churn = new ChurnRun(configure);
        WarmUp(churn, hashes);
        double before = Median([.. Enumerable.Range(0, 5).Select(_ => TimePick(churn.Balancer, hashes))]);
        var picks = new List<double>();
        var publishes = new List<Publish>();
        bool areKnown = true;
        for (int round = 0; round < Rounds; round++)
        {
            churn.MarkAll();
            for (int second = 1; second <= Seconds; second++)
            {
                churn.PassSecond();
                publishes.Add(TimePublish(churn));
                picks.Add(TimePick(churn.Balancer, hashes));
                areKnown &= churn.CountMarked() == Math.Max(0, ChurnRun.Endpoints - (second * ChurnRun.ReplacedPerStep));
            }
        }

        double moved = hashes ? Enumerable.Range(0, Seconds).Average(_ => churn.ReplaceAndCountMovedKeys(Keys)) : 0;
        double[] times = [.. publishes.Select(static publish => publish.Milliseconds).Order()];
        double late = times[(int)(times.Length * 0.95)];
        double own = publishes.Where(static publish => !publish.HadCollection).Max(static publish => publish.Milliseconds);
        double excess = moved / ChurnRun.MinMovedShare;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {before:0.0} | {Median(picks):0.0} | {picks.Max():0.0} | {Median(times):0.00} | {late:0.00} | {times[^1]:0.00} | {own:0.00} "
            + $"| {(hashes ? $"{100 * moved:0.00} %" : "")} | {(hashes ? $"{excess:0.000}" : "")} | {(areKnown ? "yes" : "no")} |"));
        double tolerated = name switch
        {
            "Rendezvous" => 1.02,
            "Maglev" => 1.25,
            _ => double.PositiveInfinity,
        };
        return areKnown && excess <= tolerated && late < LongestPublish.TotalMilliseconds;
    }

    /// <summary>
    /// Waits until the code is fully compiled. The runtime does that in the background, after pauses, and again for code that another strategy has not run.
    /// </summary>
    private static void WarmUp(ChurnRun churn, bool hashes)
    {
        for (int i = 1; i <= 160; i++)
        {
            churn.Replace();
            TimePick(churn.Balancer, hashes);
            if (i % 40 == 0)
            {
                Thread.Sleep(250);
            }
        }
    }

    private static Publish TimePublish(ChurnRun churn)
    {
        EndpointDescription[] list = churn.CreateNextUpdate();
        int collections = GC.CollectionCount(0);
        TimeSpan start = ThreadTime.Now;
        churn.Apply(list);
        return new Publish((ThreadTime.Now - start).TotalMilliseconds, GC.CollectionCount(0) > collections);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // All rows measure the same code.
    private static double TimePick(LoadBalancer balancer, bool hashes)
    {
        EndpointSet set = balancer.CurrentSet!;
        int picks = set.Strategy.Name is LoadBalancingStrategies.Rendezvous or LoadBalancingStrategies.LeastConnections ? SlowPicks : Picks;
        TimeSpan start = ThreadTime.Now;
        for (int i = 0; i < picks; i++)
        {
            set.Pick(hashes ? new PickContext { Hash = (ulong)i * 0x9E3779B97F4A7C15 } : default);
        }

        return (ThreadTime.Now - start).TotalNanoseconds / picks;
    }

    private static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <param name="Milliseconds">The duration.</param>
    /// <param name="HadCollection">Whether the thread collected garbage meanwhile.</param>
    private readonly record struct Publish(double Milliseconds, bool HadCollection);
}
