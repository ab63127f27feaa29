using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// One server of ten drops all its connections and stops listening, and is restarted five seconds later, under a constant load and with ejections of one
/// second: what callers notice, and how soon it has its share again.
/// </summary>
internal static class RestartRun
{
    private const int Rate = 400;
    private const int Servers = 10;
    private const int Stop = 5;
    private const int Restart = 10;
    private const int End = 16;

    public static async Task<int> RunAsync()
    {
        var clock = new Stopwatch();
        var arrivals = new ConcurrentBag<double>();
        var servers = new List<LoopbackServer>();
        for (int i = 0; i < Servers; i++)
        {
            bool isVictim = i == 3;
            servers.Add(await LoopbackServer.StartAsync(async context =>
            {
                if (isVictim)
                {
                    arrivals.Add(clock.Elapsed.TotalSeconds);
                }

                await Task.Delay(10);

                // With a content length, so that it is sent in one piece: a response that breaks off in the body is not retried.
                context.Response.ContentLength = 2;
                await context.Response.WriteAsync("ok");
            }));
        }

        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = [.. servers.Select(static server => (EndpointDescription)server.Address)];
            options.OutlierDetection.BaseEjectionTime = TimeSpan.FromSeconds(1);
            options.OutlierDetection.MaxEjectionTime = TimeSpan.FromSeconds(1);
            options.OutlierDetection.Interval = TimeSpan.FromMilliseconds(100);
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ => (await client.GetAsync("/warm")).Dispose()));
        await RehearseAsync(client, servers[7]);
        arrivals.Clear();
        clock.Start();
        Task victim = StopAndRestartAsync(servers[3], clock);
        var calls = new ConcurrentBag<(double At, bool Good, double Milliseconds)>();
        var running = new List<Task>();
        for (int sent = 0; sent < End * Rate; sent++)
        {
            TimeSpan due = TimeSpan.FromSeconds((double)sent / Rate);
            if (due > clock.Elapsed)
            {
                await Task.Delay(due - clock.Elapsed);
            }

            running.Add(CallAsync(client, clock, calls));
        }

        await Task.WhenAll([victim, .. running]);
        Console.WriteLine();
        Console.WriteLine($"### {Rate} requests/s on {Servers} servers, one stopped at {Stop} s and restarted at {Restart} s, ejections of 1 s");
        Console.WriteLine();
        Console.WriteLine("| seconds | requests | success | p50 ms | p99 ms | share of the server |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
        double[] share = new double[End];
        for (int second = 0; second < End; second++)
        {
            var inside = calls.Where(call => (int)call.At == second).ToList();
            double[] times = [.. inside.Select(static call => call.Milliseconds).Order()];
            share[second] = 100.0 * arrivals.Count(at => (int)at == second) / inside.Count;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {second} | {inside.Count:N0} | {100.0 * inside.Count(static call => call.Good) / inside.Count:N2} % | {times[times.Length / 2]:N1} "
                + $"| {times[(int)(times.Length * 0.99)]:N1} | {share[second]:N1} % |"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"p99 by second, while all servers ran: {P99(1):N1} to {P99(1, Stop):N1} ms; from the stop to a second after the restart: at most "
            + $"{P99(Stop, Restart + 1):N1} ms."));
        bool holds = calls.All(static call => call.Good) && share[Restart + 2] is > 8 and < 12;
        Console.WriteLine(
            holds ? "Held: no call failed, and the server had its share within two seconds." : "NOT held: no failed call, and the share within two seconds.");
        foreach (LoopbackServer server in servers)
        {
            await server.DisposeAsync();
        }

        return holds ? 0 : 1;

        double P99(int from, int? to = null)
        {
            IEnumerable<double> seconds = Enumerable.Range(from, (to ?? Stop) - from).Select(second =>
            {
                double[] times = [.. calls.Where(call => (int)call.At == second).Select(static call => call.Milliseconds).Order()];
                return times[(int)(times.Length * 0.99)];
            });
            return to is null ? seconds.Min() : seconds.Max();
        }
    }

    /// <summary>
    /// The code for a failing server is compiled at its first use, which takes longer than the rest: another server is stopped and restarted before the
    /// measurement.
    /// </summary>
    private static async Task RehearseAsync(HttpClient client, LoopbackServer server)
    {
        await server.StopAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ => (await client.GetAsync("/warm")).Dispose()));
        await server.StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(3));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ => (await client.GetAsync("/warm")).Dispose()));
    }

    private static async Task StopAndRestartAsync(LoopbackServer server, Stopwatch clock)
    {
        await Task.Delay(TimeSpan.FromSeconds(Stop) - clock.Elapsed);
        await server.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(Restart) - clock.Elapsed);
        await server.StartAsync();
    }

    private static async Task CallAsync(HttpClient client, Stopwatch clock, ConcurrentBag<(double At, bool Good, double Milliseconds)> calls)
    {
        TimeSpan start = clock.Elapsed;
        bool good = false;
        try
        {
            using HttpResponseMessage response = await client.GetAsync("/items");
            good = response.IsSuccessStatusCode;
            if (!good)
            {
                Console.WriteLine(
                    $"Failed after {start.TotalSeconds:N3} s: {(int)response.StatusCode} from {response.GetUpstream()}, " +
                    $"retry suppressed: {response.GetUpstream()?.RetrySuppression}");
            }
        }
        catch (HttpRequestException exception)
        {
            Console.WriteLine($"Failed after {start.TotalSeconds:N3} s: {exception}");
        }

        calls.Add((start.TotalSeconds, good, (clock.Elapsed - start).TotalMilliseconds));
    }
}
