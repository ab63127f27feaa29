using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// The cost of health on the request path: a pick that skips ejected endpoints, and a report of the outcome, compared with a hand-written round robin that
/// counts attempts in flight per address. The
/// lease, which carries a report from its pick to its end, is an object of its own and has its own row.
/// </summary>
internal static class HealthCost
{
    private const double MostTimes = 3;

    public static async Task<int> RunAsync()
    {
        bool kept = true;
        Console.WriteLine("| endpoints | contender | ns | relative to by hand | B |");
        Console.WriteLine("| ---: | --- | ---: | ---: | ---: |");
        foreach (int endpoints in new[] { 3, 100, 1000 })
        {
            IReadOnlyList<Slices.Row> rows = await MeasureAsync(endpoints);
            foreach (Slices.Row row in rows)
            {
                Console.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"| {endpoints} | {row.Name} | {row.Median:N1} | {TimesOf(row, rows[0]):N2} | {row.Bytes:N0} |"));
            }

            kept &= TimesOf(rows[1], rows[0]) <= MostTimes && rows[1].Bytes < 1;
        }

        Console.WriteLine(kept
            ? "Kept: pick and report take at most 3 times as long, and allocate nothing."
            : "NOT kept: pick and report must take at most 3 times as long, and allocate nothing.");
        return kept ? 0 : 1;
    }

    private static async Task<IReadOnlyList<Slices.Row>> MeasureAsync(int endpoints)
    {
        string[] addresses = [.. Enumerable.Range(0, endpoints).Select(static i => $"http://10.0.{i / 256}.{i % 256}:8080")];
        LoadBalancer balancer = Build(addresses, static _ => { });
        LoadBalancer windowed = Build(addresses, static options => options.OutlierDetection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions());
        LoadBalancer all = Build(addresses, static options =>
        {
            options.OutlierDetection.ConsecutiveGatewayErrors = 5;
            options.OutlierDetection.SplitExternalLocalOriginErrors = true;
            options.OutlierDetection.WindowedSuccessRate = new WindowedSuccessRateOutlierOptions();
            options.OutlierDetection.SuccessRate = new SuccessRateOutlierOptions();
            options.OutlierDetection.FailurePercentage = new FailurePercentageOutlierOptions();
        });
        int[] inFlight = new int[endpoints];
        uint next = 0;
        var slices = new Slices();
        slices.Add("by hand, counting in flight", count =>
        {
            for (int i = 0; i < count; i++)
            {
                uint index = Interlocked.Increment(ref next) % (uint)addresses.Length;
                Interlocked.Increment(ref inFlight[index]);
                Interlocked.Decrement(ref inFlight[index]);
            }

            return Task.CompletedTask;
        });
        slices.Add("ours, pick and report", count =>
        {
            PickAndReport(balancer, count);
            return Task.CompletedTask;
        });
        slices.Add("ours, pick and report, windowed success rate on", count =>
        {
            PickAndReport(windowed, count);
            return Task.CompletedTask;
        });
        slices.Add("ours, pick and report, every detector on", count =>
        {
            PickAndReport(all, count);
            return Task.CompletedTask;
        });
        slices.Add("ours, with the lease", count =>
        {
            for (int i = 0; i < count; i++)
            {
                balancer.Pick().End(AttemptOutcome.Success);
            }

            return Task.CompletedTask;
        });
        return await slices.RunAsync();
    }

    /// <summary>The steps of a lease, without a lease object.</summary>
    private static void PickAndReport(LoadBalancer balancer, int count)
    {
        for (int i = 0; i < count; i++)
        {
            UpstreamEndpoint endpoint = balancer.CurrentSet!.Pick(default)!;
            uint generation = endpoint.Status.Generation;
            endpoint.Load.Begin();
            balancer.OutlierDetector.OnSuccess(endpoint, generation);
            endpoint.Load.End(AttemptOutcome.Success);
        }
    }

    private static double TimesOf(Slices.Row row, Slices.Row baseline)
    {
        double[] ratios = [.. row.Nanoseconds.Zip(baseline.Nanoseconds, static (a, b) => a / b).Order()];
        return ratios[ratios.Length / 2];
    }

    private static LoadBalancer Build(string[] addresses, Action<LoadBalancingOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("catalog", options =>
        {
            options.Endpoints = [.. addresses.Select(static address => new EndpointDescription(address))];
            configure(options);
        });
        return services.BuildServiceProvider().GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");
    }
}
