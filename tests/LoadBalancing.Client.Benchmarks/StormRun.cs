using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LoadBalancing.Client.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// All servers fail for ten seconds under a constant load and recover: the attempts per request while they fail, and how soon callers notice the recovery. With
/// the retry budget and, for comparison, without it.
/// Then ten routes with ten timeouts on servers that never respond.
/// </summary>
internal static class StormRun
{
    private const int Rate = 400;
    private const int Servers = 4;
    private const int Healthy = 5;
    private const int Failing = 10;
    private const int After = 10;

    public static async Task<int> RunAsync()
    {
        double withBudget = await StormAsync(budget: true);
        await StormAsync(budget: false);
        double late = await TimeOutsAsync();
        bool holds = withBudget <= 1.25 && late <= 50;
        Console.WriteLine(holds ? "Held." : "NOT held.");
        return holds ? 0 : 1;
    }

    private static async Task<double> StormAsync(bool budget)
    {
        bool failing = false;
        var attempts = new int[Healthy + Failing + After + 5];
        var clock = new Stopwatch();
        var servers = new List<LoopbackServer>();
        for (int i = 0; i < Servers; i++)
        {
            servers.Add(await LoopbackServer.StartAsync(async context =>
            {
                Interlocked.Increment(ref attempts[(int)clock.Elapsed.TotalSeconds]);
                if (Volatile.Read(ref failing))
                {
                    context.Response.StatusCode = 503;
                    return;
                }

                await Task.Delay(10);
                await context.Response.WriteAsync("ok");
            }));
        }

        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = [.. servers.Select(static server => (EndpointDescription)server.Address)];
            options.RetryBudget.Enabled = budget;
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        using (await client.GetAsync("/warm"))
        {
            clock.Start();
        }

        var calls = new ConcurrentBag<(double At, bool Good, double Milliseconds)>();
        var running = new List<Task>();
        for (int sent = 0; sent < (Healthy + Failing + After) * Rate; sent++)
        {
            TimeSpan due = TimeSpan.FromSeconds((double)sent / Rate);
            if (due > clock.Elapsed)
            {
                await Task.Delay(due - clock.Elapsed);
            }

            Volatile.Write(ref failing, due.TotalSeconds is >= Healthy and < Healthy + Failing);
            running.Add(CallAsync(client, clock, calls));
        }

        await Task.WhenAll(running);
        foreach (LoopbackServer server in servers)
        {
            await server.DisposeAsync();
        }

        Console.WriteLine();
        Console.WriteLine($"### {Rate} requests/s on {Servers} servers, all failing for {Failing} s, {(budget ? "with the budget" : "without a budget")}");
        Console.WriteLine();
        Console.WriteLine("| seconds | requests | attempts at the servers | attempts per request | success | p50 ms | p99 ms |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        double inStorm = 0;
        foreach ((string name, int from, int to) in new[]
        {
            ("healthy", 0, Healthy),
            ("all fail", Healthy, Healthy + Failing),
            ("first second after", Healthy + Failing, Healthy + Failing + 1),
            ("the rest", Healthy + Failing + 1, Healthy + Failing + After),
        })
        {
            var inside = calls.Where(call => call.At >= from && call.At < to).ToList();
            double[] times = [.. inside.Select(static call => call.Milliseconds).Order()];
            int seen = attempts[from..to].Sum();
            double ratio = (double)seen / inside.Count;
            inStorm = name == "all fail" ? ratio : inStorm;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} ({from}-{to}) | {inside.Count:N0} | {seen:N0} | {ratio:N3} "
                + $"| {100.0 * inside.Count(static call => call.Good) / inside.Count:N2} % | {times[times.Length / 2]:N1} "
                + $"| {times[(int)(times.Length * 0.99)]:N1} |"));
        }

        return inStorm;
    }

    private static async Task CallAsync(HttpClient client, Stopwatch clock, ConcurrentBag<(double At, bool Good, double Milliseconds)> calls)
    {
        TimeSpan start = clock.Elapsed;
        bool good = false;
        try
        {
            using HttpResponseMessage response = await client.GetAsync("/items");
            good = response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Counted as failed.
        }

        calls.Add((start.TotalSeconds, good, (clock.Elapsed - start).TotalMilliseconds));
    }

    private static async Task<double> TimeOutsAsync()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(static context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = [server.Address];
            options.Routes = [.. Enumerable.Range(1, 10).Select(static i => new RequestRouteOptions
            {
                Name = $"r{i}",
                Match = [new() { Path = $"/{i}" }],
                Timeout = TimeSpan.FromMilliseconds(100 * i),
            })];
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        await TimeAsync(client, 1);
        double[] late = await Task.WhenAll(Enumerable.Range(1, 10).SelectMany(static i => Enumerable.Repeat(i, 10)).Select(i => TimeAsync(client, i)));
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Ten routes with timeouts of 100 to 1000 ms, ten concurrent calls each, servers that never respond: {late.Min():N1} to {late.Max():N1} ms "
            + $"after the timeout."));
        return Math.Max(late.Max(), -late.Min());
    }

    private static async Task<double> TimeAsync(HttpClient client, int route)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            using HttpResponseMessage response = await client.GetAsync($"/{route}");
            throw new InvalidOperationException($"A server that never responds sent {response.StatusCode}.");
        }
        catch (TaskCanceledException)
        {
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds - (100 * route);
        }
    }
}
