using System.Globalization;
using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>The shares of ten servers under LeastLoad, in virtual time and on Kestrel, at three rates; draws the former over time.</summary>
internal static class ShareRuns
{
    private const int Servers = 10;
    private const int MaxInFlight = 200;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);
    private static readonly int[] Rates = [40, 400, 3000];
    private static readonly VirtualLatency Usual = VirtualLatency.LogNormal(TimeSpan.FromMilliseconds(0.4), TimeSpan.FromMilliseconds(1));

    /// <param name="args">The second is the file that the picture is written to, if any.</param>
    /// <returns>The exit code: 1 when an equal server does not have 0.8 to 1.25 times the mean after ten seconds.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        Console.WriteLine("| servers | calls/s | shares from 10 to 20 s | shares from 20 to 30 s | a server 200 ms slower | a server at half speed |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        bool areEqual = true;
        var panels = new List<(string, ShareRun)>();
        foreach (int rate in Rates)
        {
            ShareRun equal = ShareRun.RunVirtual(rate, Duration, static _ => Usual, seed: 1);
            ShareRun slow = ShareRun.RunVirtual(
                rate,
                Duration,
                static i => i == 3 ? VirtualLatency.Fixed(TimeSpan.FromMilliseconds(200.4)) : Usual,
                seed: 1);
            ShareRun half = ShareRun.RunVirtual(rate, Duration, static i => i == 3 ? Usual.ScaledBy(2) : Usual, seed: 1);
            areEqual &= Print("virtual", rate, equal, slow, half.RelativeShares(10, 20)[3]);
            panels.Add((string.Create(CultureInfo.InvariantCulture, $"{rate} calls a second"), equal));
        }

        if (args.Length > 1)
        {
            await File.WriteAllTextAsync(args[1], SharePicture.Draw(panels)).ConfigureAwait(false);
        }

        foreach (int rate in Rates)
        {
            ShareRun equal = await RunRealAsync(rate, slowServer: null).ConfigureAwait(false);
            ShareRun slow = await RunRealAsync(rate, slowServer: 3).ConfigureAwait(false);
            areEqual &= Print("Kestrel", rate, equal, slow, halfSpeed: null);
        }

        return areEqual ? 0 : 1;
    }

    private static async Task<ShareRun> RunRealAsync(int rate, int? slowServer)
    {
        await using LoopbackServerFleet servers = await LoopbackServerFleet.StartAsync(Servers).ConfigureAwait(false);
        if (slowServer is { } slow)
        {
            servers.SetLatency(slow, TimeSpan.FromMilliseconds(200));
        }

        using ServiceProvider client = servers.CreateClient(static options => options.Strategy = LoadBalancingStrategies.LeastLoad);
        LoadBalancer balancer = client.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(ServerFleet.ServiceName);
        HttpClient http = client.GetRequiredService<IHttpClientFactory>().CreateClient(ServerFleet.ServiceName);
        int inFlight = 0;
        return await ShareRun.RunAsync(servers.Clock, balancer, rate, Duration, async () =>
        {
            // A machine that is too busy for the rate must not collect calls without bound.
            if (Interlocked.Increment(ref inFlight) <= MaxInFlight)
            {
                using HttpResponseMessage response = await http.GetAsync("/items").ConfigureAwait(false);
            }

            Interlocked.Decrement(ref inFlight);
        }).ConfigureAwait(false);
    }

    private static bool Print(string servers, int rate, ShareRun equal, ShareRun slow, double? halfSpeed)
    {
        double[] early = equal.RelativeShares(10, 10);
        double[] late = equal.RelativeShares(20, 10);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {servers} | {rate} | {early.Min():F2} to {early.Max():F2} | {late.Min():F2} to {late.Max():F2} "
            + $"| {slow.RelativeShares(0, slow.Seconds)[3] * 100 / Servers:F3} % | {halfSpeed?.ToString("F2", CultureInfo.InvariantCulture)} |"));
        return early.Concat(late).All(static share => share is >= 0.8 and <= 1.25);
    }
}
