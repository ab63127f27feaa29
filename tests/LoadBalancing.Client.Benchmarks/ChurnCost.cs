using System.Diagnostics;
using System.Globalization;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>1,000 endpoints of which a tenth is replaced each second, for 60 virtual seconds: what a pick costs meanwhile, how long a new snapshot takes, how many keys move, and whether survivors keep their state.</summary>
internal static class ChurnCost
{
    private const int Seconds = 60;
    private const int WarmUp = 5;
    private const int Picks = 100_000;
    private const int Keys = 20_000;
    private static readonly TimeSpan LongestPublish = TimeSpan.FromMilliseconds(5);

    /// <returns>The exit code: 1 when a bound is broken.</returns>
    public static int Run()
    {
        Console.WriteLine("| strategy | pick before, ns | pick, median of seconds, ns | slowest second, ns | publish, median ms | 95 % ms | longest ms | keys moved | of what must | survivors known |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
        bool isGood = true;
        foreach (string strategy in new[] { "RoundRobin", "Random", "LeastRequest", "LeastConnections", "LeastLoad", "RingHash", "Maglev", "Rendezvous" })
        {
            isGood &= Run(strategy, options => options.Strategy = strategy, hashes: strategy is "RingHash" or "Maglev" or "Rendezvous");
        }

        isGood &= Run("RoundRobin, slow start 10 s", static options => options.SlowStart.Window = TimeSpan.FromSeconds(10), hashes: false);
        isGood &= Run("RoundRobin, by locality", static options => options.Locality.Mode = LocalityMode.Weighted, hashes: false);
        isGood &= Run("RoundRobin, 20 of them used", static options => options.Subsetting = new SubsettingOptions { Size = 20, ClientId = "churn" }, hashes: false);
        Console.WriteLine();
        Console.WriteLine(isGood
            ? string.Create(CultureInfo.InvariantCulture, $"Publishing takes less than {LongestPublish.TotalMilliseconds} ms (median and 95 %), survivors keep their state, and keys move as little as promised.")
            : "A bound is broken.");
        return isGood ? 0 : 1;
    }

    private static bool Run(string name, Action<LoadBalancingOptions> configure, bool hashes)
    {
        using var churn = new ChurnRun(configure);
        for (int i = 0; i < WarmUp; i++)
        {
            TimePick(churn.Balancer, hashes);
            churn.Replace();
        }

        double before = Median([.. Enumerable.Range(0, WarmUp).Select(_ => TimePick(churn.Balancer, hashes))]);
        var picks = new List<double>();
        var publishes = new List<double>();
        churn.MarkAll();
        bool areKnown = true;
        for (int second = 1; second <= Seconds; second++)
        {
            EndpointDescription[] list = churn.NextList();
            long start = Stopwatch.GetTimestamp();
            churn.Take(list);
            publishes.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            picks.Add(TimePick(churn.Balancer, hashes));
            areKnown &= churn.CountMarked() == Math.Max(0, ChurnRun.Endpoints - (second * ChurnRun.Replaced));
        }

        double moved = hashes ? Enumerable.Range(0, Seconds).Average(_ => churn.ReplaceAndCountMovedKeys(Keys)) : 0;
        publishes.Sort();
        double late = publishes[(int)(publishes.Count * 0.95)];
        double excess = moved / ChurnRun.MustMove;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {before:0.0} | {Median(picks):0.0} | {picks.Max():0.0} | {Median(publishes):0.00} | {late:0.00} | {publishes[^1]:0.00} | {(hashes ? $"{100 * moved:0.00} %" : "")} | {(hashes ? $"{excess:0.000}" : "")} | {(areKnown ? "yes" : "no")} |"));
        double tolerated = name switch
        {
            "Rendezvous" => 1.02,
            "Maglev" => 1.25,
            _ => double.PositiveInfinity,
        };
        return areKnown && excess <= tolerated && late < LongestPublish.TotalMilliseconds;
    }

    private static double TimePick(LoadBalancer balancer, bool hashes)
    {
        EndpointSet set = balancer.CurrentSet!;
        int picks = hashes && set.Strategy.Name == LoadBalancingStrategies.Rendezvous ? Picks / 20 : Picks;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < picks; i++)
        {
            set.Pick(hashes ? new PickContext { Hash = (ulong)i * 0x9E3779B97F4A7C15 } : default);
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / picks;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
