using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// One server of four fails in each of the ways that servers fail, under a constant load: what callers notice, when it is ejected, and how soon after its
/// recovery it has its share again. Real
/// nginx and Kestrel processes; ejection times are scaled down so that a run takes minutes.
/// </summary>
internal static class FaultRun
{
    private const int Servers = 4;
    private const int Rate = 200;
    private const double MinSuccess = 0.99;
    private const double MaxUntilEjected = 3;
    private const double MaxUntilRestored = 4;

    private static readonly TimeSpan PerTry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Ejection = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Sweep = TimeSpan.FromMilliseconds(100);

    /// <param name="args">After the command, <c>nginx</c> or <c>kestrel</c> for one kind of server only.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        string? only = args.ElementAtOrDefault(1);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Rate} requests/s on {Servers} servers, one faulty. Scaled: `BaseEjectionTime` and `MaxEjectionTime` {Ejection.TotalSeconds} s without jitter, "
            + $"`Interval` {Sweep.TotalMilliseconds} ms, `PerTryTimeout` {PerTry.TotalMilliseconds} ms; "
            + $"defaults otherwise (5 consecutive errors, 2 retries, the budget)."));
        Console.WriteLine();
        Console.WriteLine(
            "| servers | fault | requests | success | p99 ms during the fault | fault to ejection | failed attempts on it | recovery to fair share |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        bool holds = true;
        foreach (bool nginx in only switch { "nginx" => [true], "kestrel" => [false], _ => new[] { true, false } })
        {
            if (nginx && !FaultyServer.HasNginx)
            {
                Console.WriteLine("| nginx | not installed | | | | | | |");
                continue;
            }

            foreach (ServerFault fault in Enum.GetValues<ServerFault>())
            {
                if (fault == ServerFault.DroppedConnection)
                {
                    holds &= await RunAsync(new Trial(nginx, fault, Http2: true, Pings: true));
                    await RunAsync(new Trial(nginx, fault, Http2: true, Pings: false));
                }
                else
                {
                    holds &= await RunAsync(new Trial(nginx, fault, Http2: false, Pings: false));
                }
            }
        }

        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(holds ? "Held" : "NOT held")}: at least {100 * MinSuccess} % of the calls succeed, the server is ejected within {MaxUntilEjected} s of its "
            + $"fault "
            + $"and has its share again within {MaxUntilRestored} s of its recovery ({Trial.DropSeconds} s of the drop, with pings)."));
        return holds ? 0 : 1;
    }

    private static async Task<bool> RunAsync(Trial trial)
    {
        FaultyServer[] servers = await Task.WhenAll(
            Enumerable.Range(0, Servers).Select(_ => trial.Nginx ? FaultyServer.StartNginxAsync(trial.Http2) : FaultyServer.StartKestrelAsync(trial.Http2)));
        using var relay = new DroppingRelay(servers[0].Address);
        try
        {
            IPEndPoint[] addresses =
            [
                trial.Fault == ServerFault.DroppedConnection ? relay.Address : servers[0].Address,
                .. servers[1..].Select(static server => server.Address),
            ];
            return await RunAsync(trial, servers[0], relay, [.. addresses.Select(static address => $"http://{address}")]);
        }
        finally
        {
            foreach (FaultyServer server in servers)
            {
                server.Dispose();
            }
        }
    }

    private static async Task<bool> RunAsync(Trial trial, FaultyServer victim, DroppingRelay relay, string[] addresses)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = [.. addresses];
            options.Retry.PerTryTimeout = PerTry;
            options.OutlierDetection.BaseEjectionTime = Ejection;
            options.OutlierDetection.MaxEjectionTime = Ejection;
            options.OutlierDetection.MaxEjectionTimeJitter = TimeSpan.Zero;
            options.OutlierDetection.Interval = Sweep;
            options.ConnectionPool.KeepAlive.Http2PingDelay = trial.Pings ? TimeSpan.FromSeconds(1) : null;
            options.ConnectionPool.KeepAlive.Http2PingTimeout = TimeSpan.FromSeconds(1);
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        client.DefaultRequestVersion = trial.Http2 ? HttpVersion.Version20 : HttpVersion.Version11;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ => (await client.GetAsync("/warm")).Dispose()));

        var observer = new TrialObserver(addresses[0]);
        using IDisposable subscription = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog").Subscribe(observer);
        Task<Times> fault = FailAsync(trial, victim, relay, observer);
        var calls = new ConcurrentBag<Call>();
        var running = new List<Task>();
        for (int sent = 0; observer.Now < trial.End; sent++)
        {
            TimeSpan wait = TimeSpan.FromSeconds((double)sent / Rate) - observer.Now;
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait);
            }

            running.Add(CallAsync(client, observer, calls));
        }

        await Task.WhenAll([fault, .. running]);
        return Report(trial, await fault, observer, [.. calls]);
    }

    private static async Task<Times> FailAsync(Trial trial, FaultyServer victim, DroppingRelay relay, TrialObserver observer)
    {
        await Task.Delay(Trial.Begin - observer.Now);
        TimeSpan began = observer.Now;
        if (trial.Fault == ServerFault.DroppedConnection)
        {
            relay.Drop();
            return new Times(began, began);
        }

        await victim.BeginAsync(trial.Fault);
        await Task.Delay(Trial.Begin + Trial.Length - observer.Now);
        await victim.EndAsync(trial.Fault);
        return new Times(began, observer.Now);
    }

    private static async Task CallAsync(HttpClient client, TrialObserver observer, ConcurrentBag<Call> calls)
    {
        TimeSpan start = observer.Now;
        bool good = false;
        try
        {
            using HttpResponseMessage response = await client.GetAsync("/items");
            good = response.IsSuccessStatusCode;
            if (!good)
            {
                Console.Error.WriteLine(
                    $"Call at second {start.TotalSeconds:N3}: {(int)response.StatusCode} after {response.GetUpstream()?.AttemptCount} attempts");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            Console.Error.WriteLine($"Call at second {start.TotalSeconds:N3}: {exception.Message}");
        }

        calls.Add(new Call(start, good, observer.Now - start));
    }

    private static bool Report(Trial trial, Times times, TrialObserver observer, Call[] calls)
    {
        double[] during =
        [
            .. calls.Where(call => call.At >= times.Began && call.At < times.Began + Trial.Length).Select(
                static call => call.Elapsed.TotalMilliseconds).Order(),
        ];
        double? untilEjected = (observer.FirstEjection(times.Began) - times.Began)?.TotalSeconds;
        double? untilRestored = (observer.FairShare(times.Ended, Servers) - times.Ended)?.TotalSeconds;
        bool drops = trial.Fault == ServerFault.DroppedConnection;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {(trial.Nginx ? "nginx" : "Kestrel")} | {trial.Text} | {calls.Length:N0} "
            + $"| {100.0 * calls.Count(static call => call.Good) / calls.Length:0.##} % | {during[(int)(during.Length * 0.99)]:N0} "
            + $"| {Seconds(untilEjected)} | {observer.FailedAttempts:N0} "
            + $"| {Seconds(untilRestored)}{(drops && untilRestored is not null ? " (of the drop)" : "")} |"));
        return calls.Count(static call => call.Good) >= MinSuccess * calls.Length
            && untilEjected <= MaxUntilEjected
            && untilRestored <= (drops ? Trial.DropSeconds : MaxUntilRestored);
    }

    private static string Seconds(double? seconds) => seconds is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known:0.00} s") : "not in this run";

    private sealed record Trial(bool Nginx, ServerFault Fault, bool Http2, bool Pings)
    {
        public const double DropSeconds = 12;

        public static readonly TimeSpan Begin = TimeSpan.FromSeconds(2);
        public static readonly TimeSpan Length = TimeSpan.FromSeconds(4);

        public TimeSpan End => Begin + Length + TimeSpan.FromSeconds(Fault == ServerFault.DroppedConnection ? DropSeconds - 2 : MaxUntilRestored + 1);

        public string Text => Fault switch
        {
            ServerFault.Responds503 => "responds 503 for 4 s",
            ServerFault.Resets => "resets connections for 4 s",
            ServerFault.NeverResponds => "accepts and never responds for 4 s (SIGSTOP)",
            ServerFault.Killed => "SIGKILL, restarted after 4 s",
            _ => $"HTTP/2 connection dropped silently, {(Pings ? "pings after 1 s, timeout 1 s" : "no pings")}",
        };
    }

    private sealed record Times(TimeSpan Began, TimeSpan Ended);

    private sealed record Call(TimeSpan At, bool Good, TimeSpan Elapsed);

    /// <summary>Records the attempts, in the order of their reports, and the ejections of the faulty server.</summary>
    private sealed class TrialObserver(string victim) : LoadBalancerObserver
    {
        private readonly Uri _victim = new(victim);
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
        private readonly ConcurrentQueue<(TimeSpan At, bool IsVictim, bool Good)> _attempts = new();
        private readonly ConcurrentQueue<TimeSpan> _ejections = new();

        public TimeSpan Now => _clock.Elapsed;

        public int FailedAttempts => _attempts.Count(static attempt => attempt is { IsVictim: true, Good: false });

        public TimeSpan? FirstEjection(TimeSpan since) => _ejections.Where(at => at >= since).Select(static at => (TimeSpan?)at).FirstOrDefault();

        /// <summary>The time from which the victim served at least four fifths of its share of the next 100 attempts.</summary>
        public TimeSpan? FairShare(TimeSpan since, int servers)
        {
            const int Next = 100;
            (TimeSpan At, bool IsVictim, bool Good)[] later = [.. _attempts.Where(attempt => attempt.At >= since)];
            for (int i = 0; i + Next <= later.Length; i++)
            {
                if (later[i] is { IsVictim: true, Good: true }
                    && later.AsSpan(i, Next).ToArray().Count(static attempt => attempt is { IsVictim: true, Good: true }) >= 0.8 * Next / servers)
                {
                    return later[i].At;
                }
            }

            return null;
        }

        public override void OnAttemptReported(AttemptInfo attempt, AttemptOutcome outcome, TimeSpan elapsed) =>
            _attempts.Enqueue((Now, attempt.Endpoint.Address == _victim, outcome.IsSuccess));

        public override void OnEjected(EjectionEvent ejection)
        {
            if (ejection.Endpoint.Address == _victim)
            {
                _ejections.Enqueue(ejection.Timestamp - _start);
            }
        }
    }
}
