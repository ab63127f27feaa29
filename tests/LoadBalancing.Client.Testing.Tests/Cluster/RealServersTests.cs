using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary>
/// Virtual endpoints do to a client what real servers do: call after call, the same endpoints are picked, tried again and ejected. After an ejection the rotation begins anew in the background, in real time a
/// few picks earlier or later; from there on the servers' counts are compared.
/// </summary>
public sealed class RealServersTests
{
    private const int Servers = 10;
    private const int Calls = 300;

    /// <summary>Two in a hundred.</summary>
    private const int SharePoints = Calls * 2 / 100;

    public static TheoryData<string> Scenarios => ["slow", "failing", "killed and back"];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_same_calls_go_the_same_ways(string scenario)
    {
        await using LoopbackServerFleet real = await LoopbackServerFleet.StartAsync(Servers);
        var clock = new VirtualClock();
        await using var cluster = new VirtualServerFleet(clock, Servers, TimeSpan.FromMilliseconds(1));

        Observed onKestrel = await CallAsync(real, scenario);
        Observed inVirtualTime = clock.Run(() => CallAsync(cluster, scenario));

        Assert.Equal(onKestrel.Answers, inVirtualTime.Answers);
        Assert.Equal(onKestrel.UntilEjection, inVirtualTime.UntilEjection);
        Assert.Equal((onKestrel.Attempts, onKestrel.Received[0]), (inVirtualTime.Attempts, inVirtualTime.Received[0]));
        Assert.All(onKestrel.Received.Zip(inVirtualTime.Received), static pair => Assert.InRange(pair.First - pair.Second, -SharePoints, SharePoints));
        Assert.Equal((scenario == "slow" ? 0 : 1, onKestrel.Ejections), (onKestrel.Ejections, inVirtualTime.Ejections));
    }

    private static async Task<Observed> CallAsync(ServerFleet servers, string scenario)
    {
        using ServiceProvider client = servers.CreateClient();
        using var recorder = new TrafficRecorder(servers.Clock);
        LoadBalancer balancer = client.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(ServerFleet.ServiceName);
        recorder.Observe(balancer);
        HttpClient http = client.GetRequiredService<IHttpClientFactory>().CreateClient(ServerFleet.ServiceName);
        List<int> answers = [];
        for (int call = 0; call < Calls; call++)
        {
            Task step = (scenario, call) switch
            {
                ("slow", 50) => Do(() => servers.SetLatency(0, TimeSpan.FromMilliseconds(30))),
                ("failing", 50) => Do(() => servers.Fail(0)),
                ("killed and back", 50) => servers.KillAsync(0),
                ("killed and back", 250) => servers.RestartAsync(0),
                _ => Task.CompletedTask,
            };
            await step.ConfigureAwait(false);
            using HttpResponseMessage response = await http.GetAsync("/items").ConfigureAwait(false);
            answers.Add((int)response.StatusCode);
        }

        UpstreamEndpoint[] endpoints = [.. balancer.Endpoints];
        RecordedEvent[] attempts = [.. recorder.Attempts];
        int failures = 0;
        string[] untilEjection = [.. attempts.TakeWhile(attempt => (failures += attempt.Outcome.IsFailure ? 1 : 0) < 5).Select(attempt => $"{Array.IndexOf(endpoints, attempt.Endpoint)} {attempt.Outcome}")];
        return new Observed(answers, untilEjection, attempts.Length, servers.Received, endpoints.Count(static endpoint => endpoint.Health == EndpointHealth.Ejected));
    }

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private sealed record Observed(IReadOnlyList<int> Answers, IReadOnlyList<string> UntilEjection, int Attempts, IReadOnlyList<long> Received, int Ejections);
}
