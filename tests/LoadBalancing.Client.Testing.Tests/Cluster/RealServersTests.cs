using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary>
/// Virtual endpoints have the same effect on a client as real servers: the same endpoints are picked, retried and ejected, call by call. After an ejection the
/// round robin restarts in the background, in real time a few picks earlier or later; from there on, the servers' counts are compared.
/// </summary>
public sealed class RealServersTests
{
    private const int Servers = 10;
    private const int Calls = 300;

    /// <summary>Two percent of the calls.</summary>
    private const int SharePoints = Calls * 2 / 100;

    public static TheoryData<string> Scenarios => ["slow", "failing", "killed and restarted"];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Virtual_servers_have_the_same_effect_as_real_ones(string scenario)
    {
        await using LoopbackServerFleet kestrel = await LoopbackServerFleet.StartAsync(Servers);
        var clock = new VirtualClock();
        await using var cluster = new VirtualServerFleet(clock, Servers, TimeSpan.FromMilliseconds(1));

        Observed real = await CallAsync(kestrel, scenario);
        Observed simulated = clock.Run(() => CallAsync(cluster, scenario));

        Assert.Equal(real.Statuses, simulated.Statuses);
        Assert.Equal(real.UntilEjection, simulated.UntilEjection);
        Assert.Equal((real.Attempts, real.Received[0]), (simulated.Attempts, simulated.Received[0]));
        Assert.All(real.Received.Zip(simulated.Received), static pair => Assert.InRange(pair.First - pair.Second, -SharePoints, SharePoints));
        Assert.Equal((scenario == "slow" ? 0 : 1, real.Ejections), (real.Ejections, simulated.Ejections));
    }

    private static async Task<Observed> CallAsync(ServerFleet servers, string scenario)
    {
        using ServiceProvider client = servers.CreateClient();
        using var recorder = new TrafficRecorder(servers.Clock);
        LoadBalancer balancer = client.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(ServerFleet.ServiceName);
        recorder.Observe(balancer);
        HttpClient http = client.GetRequiredService<IHttpClientFactory>().CreateClient(ServerFleet.ServiceName);
        List<int> statuses = [];
        for (int call = 0; call < Calls; call++)
        {
            Task step = (scenario, call) switch
            {
                ("slow", 50) => Do(() => servers.SetLatency(0, TimeSpan.FromMilliseconds(30))),
                ("failing", 50) => Do(() => servers.Fail(0)),
                ("killed and restarted", 50) => servers.KillAsync(0),
                ("killed and restarted", 250) => servers.RestartAsync(0),
                _ => Task.CompletedTask,
            };
            await step.ConfigureAwait(false);
            using HttpResponseMessage response = await http.GetAsync("/items").ConfigureAwait(false);
            statuses.Add((int)response.StatusCode);
        }

        UpstreamEndpoint[] endpoints = [.. balancer.Endpoints];
        RecordedEvent[] attempts = [.. recorder.Attempts];
        int failures = 0;
        string[] untilEjection =
        [
            .. attempts
                .TakeWhile(attempt => (failures += attempt.Outcome.IsFailure ? 1 : 0) < 5)
                .Select(attempt => $"{Array.IndexOf(endpoints, attempt.Endpoint)} {attempt.Outcome}"),
        ];
        return new Observed(
            statuses,
            untilEjection,
            attempts.Length,
            servers.Received,
            endpoints.Count(static endpoint => endpoint.Health == EndpointHealth.Ejected));
    }

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private sealed record Observed(IReadOnlyList<int> Statuses, IReadOnlyList<string> UntilEjection, int Attempts, IReadOnlyList<long> Received, int Ejections);
}
