using System.Globalization;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// Runs the same three scenarios against virtual and real servers: one of ten is slow, fails, or is killed and restarted. Compares shares, the time to
/// ejection, and the
/// time to restoration.
/// </summary>
internal static class AgreementRun
{
    private const int Servers = 10;
    private const double PerSecond = 200;
    private const double SharePoints = 2;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(14);
    private static readonly TimeSpan FaultAt = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RepairAt = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>An endpoint is ejected by its fifth failure, and its attempts are this far apart.</summary>
    private static readonly TimeSpan AttemptGranularity = TimeSpan.FromSeconds(Servers / PerSecond);

    /// <returns>The exit code: 1 when the two kinds disagree.</returns>
    public static async Task<int> RunAsync()
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Servers} servers, {PerSecond} calls/s for {Duration.TotalSeconds} s; fault at {FaultAt.TotalSeconds} s. Times count from the fault."));
        Console.WriteLine();
        Console.WriteLine("| scenario | servers | success % | server 1 % | others, min and max % | ejected after s | restored after s |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
        bool agree = true;
        foreach (string scenario in new[] { "slow", "failing", "killed and back" })
        {
            var clock = new VirtualClock();
            await using var cluster = new VirtualServerFleet(clock, Servers, TimeSpan.FromMilliseconds(1));
            Figures expected = clock.Run(() => TryAsync(cluster, scenario));
            Print(scenario, "virtual", expected);
            await using LoopbackServerFleet real = await LoopbackServerFleet.StartAsync(Servers);
            Figures seen = await TryAsync(real, scenario);
            Print(scenario, "Kestrel", seen);
            agree &= Agree(expected, seen);
        }

        Console.WriteLine();
        string agreement = string.Create(
            CultureInfo.InvariantCulture,
            $"They agree: shares within {SharePoints} points, ejection within {AttemptGranularity.TotalMilliseconds} ms (an attempt), restoration within "
            + $"{Interval.TotalSeconds} s (a sweep).");
        Console.WriteLine(agree ? agreement : "They do not agree.");
        return agree ? 0 : 1;
    }

    private static async Task<Figures> TryAsync(ServerFleet servers, string scenario)
    {
        using ServiceProvider client = servers.CreateClient(static options =>
        {
            options.OutlierDetection.Interval = Interval;
            options.OutlierDetection.BaseEjectionTime = TimeSpan.FromSeconds(5);
            options.OutlierDetection.MaxEjectionTimeJitter = TimeSpan.Zero;
        });
        using var recorder = new TrafficRecorder(servers.Clock);
        recorder.Observe(client.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(ServerFleet.ServiceName));
        HttpClient http = client.GetRequiredService<IHttpClientFactory>().CreateClient(ServerFleet.ServiceName);
        int succeeded = 0;
        int calls = 0;
        Task trouble = TroubleAsync(servers, scenario);
        await servers.Clock.SendAtConstantRateAsync(PerSecond, Duration, async _ =>
        {
            calls++;
            using HttpResponseMessage response = await http.GetAsync("/items").ConfigureAwait(false);
            Interlocked.Add(ref succeeded, response.IsSuccessStatusCode ? 1 : 0);
        }).ConfigureAwait(false);
        await trouble.ConfigureAwait(false);
        double[] shares = [.. servers.Addresses.Select(address => recorder.Attempts.PercentOf(address))];
        return new Figures(
            100.0 * succeeded / calls,
            shares,
            recorder.Ejections.Count == 0 ? null : recorder.Ejections[0].Time - FaultAt,
            recorder.Restorations.Count == 0 ? null : recorder.Restorations[0].Time - FaultAt);
    }

    private static async Task TroubleAsync(ServerFleet servers, string scenario)
    {
        await Task.Delay(FaultAt, servers.Clock).ConfigureAwait(false);
        switch (scenario)
        {
            case "slow":
                servers.SetLatency(0, TimeSpan.FromMilliseconds(200));
                break;
            case "failing":
                servers.Fail(0);
                break;
            default:
                await servers.KillAsync(0).ConfigureAwait(false);
                await Task.Delay(RepairAt - FaultAt, servers.Clock).ConfigureAwait(false);
                await servers.RestartAsync(0).ConfigureAwait(false);
                break;
        }
    }

    private static bool Agree(Figures expected, Figures seen) =>
        Math.Abs(expected.SuccessPercent - seen.SuccessPercent) <= SharePoints
        && expected.Shares.Zip(seen.Shares).All(static pair => Math.Abs(pair.First - pair.Second) <= SharePoints)
        && Agree(expected.EjectedAfter, seen.EjectedAfter, AttemptGranularity)
        && Agree(expected.RestoredAfter, seen.RestoredAfter, Interval);

    private static bool Agree(TimeSpan? expected, TimeSpan? seen, TimeSpan granularity) =>
        (expected is null && seen is null) || (expected is { } a && seen is { } b && (a - b).Duration() <= granularity);

    private static void Print(string scenario, string kind, Figures figures) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {scenario} | {kind} | {figures.SuccessPercent:F2} | {figures.Shares[0]:F2} "
        + $"| {figures.Shares.Skip(1).Min():F2} to {figures.Shares.Skip(1).Max():F2} | {Text(figures.EjectedAfter)} | {Text(figures.RestoredAfter)} |"));

    private static string Text(TimeSpan? time) => time is { } known ? known.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture) : "never";

    private sealed record Figures(double SuccessPercent, double[] Shares, TimeSpan? EjectedAfter, TimeSpan? RestoredAfter);
}
