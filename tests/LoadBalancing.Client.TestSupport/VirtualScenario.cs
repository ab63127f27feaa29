using System.Diagnostics;
using System.Net;

namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// Many clients and endpoints with a recorder; one endpoint fails for a while, one is killed and restarts with a warm-up, and one is occasionally slow.
/// </summary>
public static class VirtualScenario
{
    /// <summary>The result of a run.</summary>
    /// <param name="Timeline">The recorder's timeline.</param>
    /// <param name="Calls">The number of calls.</param>
    /// <param name="Received">The number of attempts received.</param>
    /// <param name="Events">The number of recorded events.</param>
    /// <param name="Real">The elapsed real time.</param>
    /// <param name="Processor">The processor time of the whole process.</param>
    /// <param name="TimersAlive">The number of timers not disposed.</param>
    public sealed record Result(string Timeline, long Calls, long Received, int Events, TimeSpan Real, TimeSpan Processor, int TimersAlive);

    public static Result Run(int seed, int clients, int endpoints, double perSecond, TimeSpan duration, bool http)
    {
        var clock = new VirtualClock();
        var cluster = new VirtualCluster(clock, seed);
        cluster.AddMany(endpoints, static endpoint => endpoint.Latency = VirtualLatency.LogNormal(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(40)));
        cluster.Endpoints[0].Latency = cluster.Endpoints[0].Latency.WithShare(1, VirtualLatency.Fixed(TimeSpan.FromMilliseconds(800)));
        clock.Schedule(duration / 6, () => cluster.Endpoints[1].Fail(HttpStatusCode.InternalServerError, 80));
        clock.Schedule(duration / 3, cluster.Endpoints[2].Kill);
        clock.Schedule(duration / 2, () => cluster.Endpoints[1].Recover());
        clock.Schedule(duration * 2 / 3, () => cluster.Endpoints[2].Restart(duration / 6, slowdown: 10));

        using var recorder = new TrafficRecorder(clock);
        VirtualClient[] all = [.. Enumerable.Range(1, clients).Select(number => cluster.CreateClient($"client-{number}", Configure))];
        Array.ForEach(all, client => recorder.Observe(client));
        long calls = 0;
        using var process = Process.GetCurrentProcess();
        TimeSpan processor = process.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        clock.Run(() => Task.WhenAll(all.Select((client, number) => clock.SendAtPoissonRateAsync(
            perSecond / clients,
            duration,
            RandomSource.Seeded(seed + number),
            async _ =>
            {
                calls++;
                if (http)
                {
                    await GetAsync(client);
                }
                else
                {
                    await client.CallAsync(TimeSpan.FromMilliseconds(500));
                }
            }))));
        TimeSpan real = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        processor = process.TotalProcessorTime - processor;
        Array.ForEach(all, static client => client.Dispose());
        return new Result(
            recorder.ToString(),
            calls,
            cluster.Endpoints.Sum(static endpoint => endpoint.Counts.Received),
            recorder.Events.Count,
            real,
            processor,
            clock.TimersAlive);
    }

    private static void Configure(LoadBalancingOptions options)
    {
        options.OutlierDetection.Interval = TimeSpan.FromSeconds(5);
        options.OutlierDetection.BaseEjectionTime = TimeSpan.FromSeconds(10);
        options.Retry.PerTryTimeout = TimeSpan.FromMilliseconds(500);
    }

    private static async Task GetAsync(VirtualClient client)
    {
        try
        {
            using HttpResponseMessage response = await client.Http.GetAsync("/items");
        }
        catch (HttpRequestException)
        {
            // Some calls fail on all attempts; the timeline contains them.
        }
    }
}
