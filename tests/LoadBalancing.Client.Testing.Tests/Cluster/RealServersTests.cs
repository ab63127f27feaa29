using LoadBalancing.Client.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Tests.Cluster;

/// <summary>Virtual endpoints do to a client what real servers do: call after call, the same endpoints are picked, tried again and ejected.</summary>
public sealed class RealServersTests
{
    private const int Servers = 10;
    private const int Calls = 300;

    public static TheoryData<string> Scenarios => ["slow", "failing", "killed and back"];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task The_same_calls_go_the_same_ways(string scenario)
    {
        await using RealTrialServers real = await RealTrialServers.StartAsync(Servers);
        var clock = new VirtualClock();
        await using var cluster = new VirtualTrialServers(clock, Servers, TimeSpan.FromMilliseconds(1));

        Observed onKestrel = await CallAsync(real, scenario);
        Observed inVirtualTime = clock.Run(() => CallAsync(cluster, scenario));

        Assert.Equal(onKestrel.Answers, inVirtualTime.Answers);
        Assert.Equal(onKestrel.Events, inVirtualTime.Events);
        Assert.Equal(onKestrel.Received, inVirtualTime.Received);
        Assert.Equal(scenario == "slow" ? 0 : 1, onKestrel.Ejections);
    }

    private static async Task<Observed> CallAsync(TrialServers servers, string scenario)
    {
        using ServiceProvider client = servers.CreateClient();
        using var recorder = new TrafficRecorder(servers.Clock);
        LoadBalancer balancer = client.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(TrialServers.Service);
        recorder.Observe(balancer);
        HttpClient http = client.GetRequiredService<IHttpClientFactory>().CreateClient(TrialServers.Service);
        List<int> answers = [];
        for (int call = 0; call < Calls; call++)
        {
            Task step = (scenario, call) switch
            {
                ("slow", 50) => Do(() => servers.Slow(0, TimeSpan.FromMilliseconds(30))),
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
        string[] events = [.. recorder.Picks.Concat(recorder.Attempts).Select(recorded => $"{recorded.Kind} {Array.IndexOf(endpoints, recorded.Endpoint)} {recorded.Outcome}")];
        return new Observed(answers, events, servers.Received, endpoints.Count(static endpoint => endpoint.Health == EndpointHealth.Ejected));
    }

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private sealed record Observed(IReadOnlyList<int> Answers, IReadOnlyList<string> Events, IReadOnlyList<long> Received, int Ejections);
}
