namespace LoadBalancing.Client.Tests.Selection.Localities;

/// <summary>
/// Three zones of four servers, a client in each, 400 calls a second: a zone fails, or half of it, and it is restored cold. In virtual time, deterministic.
/// </summary>
public sealed class ZoneScenarioTests
{
    private const int Zones = 3;
    private const int Each = 4;
    private const double PerSecond = 400;
    private const double Mean = PerSecond / (Zones * Each);

    private static readonly TimeSpan Lost = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(LocalityMode.Off)]
    [InlineData(LocalityMode.Failover)]
    [InlineData(LocalityMode.Weighted)]
    [InlineData(LocalityMode.ZoneAware)]
    public void A_zone_fails_and_is_restored_cold(LocalityMode mode)
    {
        Figures figures = Run(mode, lost: Each);

        // Until the ejections, a retry may hit another dead server.
        Assert.InRange(figures.Failures, 0, 40);
        Assert.InRange(figures.LastFailure, TimeSpan.Zero, Lost + TimeSpan.FromSeconds(1));

        // Meanwhile the other two carry everything, and the load of none of their servers grows by more than half.
        Assert.All(figures.Rates(from: 20, to: 30).Skip(Each), static rate => Assert.InRange(rate, 1.2 * Mean, 1.8 * Mean));

        // Servers are restored one by one; in its first five seconds neither a restored server nor any other gets more than one and a half times the mean.
        for (int server = 0; server < Each; server++)
        {
            int first = figures.FirstSecondFrom(server, 30);
            Assert.InRange(first, 30, 55);
            Assert.InRange(figures.Rate(server, first, first + 5), 0, 1.5 * Mean);
            Assert.All(Enumerable.Range(first, 5), second => Assert.InRange(figures.Rate(server, second, second + 1), 0, 1.5 * Mean));
        }

        // In the end the load is as before.
        Assert.All(figures.Rates(from: 100, to: 120), static rate => Assert.InRange(rate, 0.75 * Mean, 1.3 * Mean));
        TestContext.Current.TestOutputHelper?.WriteLine(figures.ToString());
    }

    [Theory]
    [InlineData(LocalityMode.Failover, 0.70)]
    [InlineData(LocalityMode.ZoneAware, 0.60)]
    public void Half_a_zone_fails_and_the_rest_keeps_what_it_can_carry(LocalityMode mode, double part)
    {
        Figures figures = Run(mode, lost: Each / 2);
        double[] rates = figures.Rates(from: 15, to: 30);

        // The zone's callers, a third of all, keep this share in their zone; nothing comes from the other zones.
        Assert.InRange(rates.Take(Each).Sum() / (PerSecond / Zones), part - 0.05, part + 0.05);
        Assert.Equal(0, rates.Take(Each / 2).Sum());
        Assert.All(rates.Skip(Each / 2).Take(Each / 2), static rate => Assert.InRange(rate, 0, 1.45 * Mean));
    }

    private static Figures Run(LocalityMode mode, int lost)
    {
        var clock = new VirtualClock();
        var cluster = new VirtualCluster(clock, seed: 7);
        for (int i = 0; i < Zones * Each; i++)
        {
            cluster.Add(endpoint => endpoint.Locality = Zone(i / Each));
        }

        VirtualClient[] clients = [.. Enumerable.Range(0, Zones).Select(zone => cluster.CreateClient($"client-{zone}", options =>
        {
            options.Locality.Mode = mode;
            options.Locality.Self = Zone(zone);
            options.SlowStart.Window = TimeSpan.FromSeconds(20);
            options.OutlierDetection.Interval = TimeSpan.FromSeconds(1);
            options.OutlierDetection.BaseEjectionTime = TimeSpan.FromSeconds(5);
            options.OutlierDetection.MaxEjectionTime = TimeSpan.FromSeconds(10);
        }))];
        foreach (VirtualEndpoint server in cluster.Endpoints.Take(lost))
        {
            clock.Schedule(Lost, server.Kill);
            clock.Schedule(Back, () => server.Restart(TimeSpan.FromSeconds(20), slowdown: 5));
        }

        var figures = new Figures();
        for (int second = 0; second <= 120; second++)
        {
            clock.Schedule(TimeSpan.FromSeconds(second), () => figures.Received.Add([.. cluster.Endpoints.Select(static server => server.Counts.Received)]));
        }

        clock.Run(() => Task.WhenAll(clients.Select(client => clock.SendAtConstantRateAsync(PerSecond / Zones, TimeSpan.FromSeconds(121), async _ =>
        {
            try
            {
                using HttpResponseMessage response = await client.Http.GetAsync("/items");
            }
            catch (HttpRequestException)
            {
                figures.Failures++;
                figures.LastFailure = clock.Elapsed;
            }
        }))));
        Array.ForEach(clients, static client => client.Dispose());
        return figures;
    }

    private static string Zone(int zone) => $"eu-west/{(char)('a' + zone)}";

    private sealed class Figures
    {
        /// <summary>The number of requests that each server had received at each second.</summary>
        public List<long[]> Received { get; } = [];

        public int Failures { get; set; }

        public TimeSpan LastFailure { get; set; }

        public double Rate(int server, int from, int to) => (double)(Received[to][server] - Received[from][server]) / (to - from);

        public double[] Rates(int from, int to) => [.. Enumerable.Range(0, Zones * Each).Select(server => Rate(server, from, to))];

        /// <summary>The first second from this one on in which the server received a request.</summary>
        public int FirstSecondFrom(int server, int from) =>
            Enumerable.Range(from, Received.Count - from - 1).First(second => Rate(server, second, second + 1) > 0);

        public override string ToString() =>
            string.Join(
                '\n',
                Enumerable.Range(0, 24).Select(
                    i => $"{i * 5} s: {string.Join(' ', Rates(i * 5, (i * 5) + 5).Select(static rate => rate.ToString("0")))}")) + $"\nfailures: {Failures}";
    }
}
