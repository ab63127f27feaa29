using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;
using TcpRelay.Stage;

namespace TcpRelay;

/// <summary>Three servers behind a relay, and the effect on clients when a server is killed.</summary>
internal static class Demo
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);

    /// <returns>The exit code: 0 if all results are as expected.</returns>
    public static async Task<int> RunAsync()
    {
        DemoServer[] servers = [new("anna"), new("berta"), new("clara")];
        await using ServiceProvider provider = Register(servers);
        var backends = provider.GetRequiredKeyedService<LoadBalancer>("backends");
        using var relay = new Relay(backends, new RelaySettings { Proxy = ProxyProtocol.V1 });
        using var stop = new CancellationTokenSource();
        Task running = relay.RunAsync(stop.Token);

        bool isWell = await ShowAsync(relay, backends, servers).WaitAsync(LongEnough);

        await stop.CancelAsync();
        await running;
        Array.ForEach(servers, static server => server.Dispose());
        Console.WriteLine(isWell ? "Only the connections of the killed server were reset." : "Some results are not as expected.");
        return isWell ? 0 : 1;
    }

    private static ServiceProvider Register(DemoServer[] servers)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancer("backends", options =>
        {
            options.Endpoints = [.. servers.Select(static server => new EndpointDescription(server.Address))];
            options.Strategy = LoadBalancingStrategies.LeastConnections;
            options.OutlierDetection.ConsecutiveErrors = 3;
        });
        return services.BuildServiceProvider();
    }

    private static async Task<bool> ShowAsync(Relay relay, LoadBalancer backends, DemoServer[] servers)
    {
        Console.WriteLine($"A relay on {relay.Address} in front of {string.Join(", ", servers.Select(static server => $"{server.Name} ({server.Address})"))}");
        List<DemoClient> clients = await ConnectAsync(relay, 9);
        string?[] answers = await AskAllAsync(clients);
        bool isWell = Tell("nine clients, connected by LeastConnections", clients).SequenceEqual([3, 3, 3]);

        bool areKnown = answers.Zip(clients).All(static pair => pair.First!.EndsWith(pair.Second.Address, StringComparison.Ordinal));
        Console.WriteLine($"{"servers receive the clients' addresses",-48} {areKnown}: '{answers[0]}'");

        using DemoClient finished = (await ConnectAsync(relay, 1))[0];
        string? goodbye = await finished.FinishAsync();
        Console.WriteLine($"{"a half-closed client still receives",-48} '{goodbye}'");

        servers[1].Dispose();
        DemoClient[] lost = [.. clients.Where(client => client.Server == servers[1].Name)];
        string?[] after = await AskAllAsync(clients);
        int broken = after.Count(static answer => answer is null);
        Console.WriteLine($"{"berta is killed; reset connections",-48} {broken} of {clients.Count}");

        List<DemoClient> late = await ConnectAsync(relay, 12);
        await AskAllAsync(late);
        isWell &= Tell("twelve more clients", late).Length == 2;
        foreach (UpstreamEndpoint endpoint in backends.Endpoints)
        {
            Console.WriteLine(
                $"{"",4}{endpoint}  {endpoint.Health}, {endpoint.InFlight} open, {endpoint.FailureCount} "
                + $"failed{(endpoint.HealthReason is { } reason ? $" ({reason})" : "")}");
        }

        bool areOnlyHers = clients.Zip(after).All(pair => pair.Second is null == lost.Contains(pair.First));
        clients.Concat(late).ToList().ForEach(static client => client.Dispose());
        return isWell && areKnown && goodbye is not null && areOnlyHers && broken == 3 && relay.Broken == 3 && relay.TurnedAway == 0;
    }

    private static int[] Tell(string occasion, IEnumerable<DemoClient> clients)
    {
        KeyValuePair<string, int>[] counts = [.. clients.CountBy(static client => client.Server ?? "none").OrderBy(static count => count.Key)];
        Console.WriteLine($"{occasion,-48} {string.Join(", ", counts.Select(static count => $"{count.Key}: {count.Value}"))}");
        return [.. counts.Select(static count => count.Value)];
    }

    private static async Task<List<DemoClient>> ConnectAsync(Relay relay, int count)
    {
        var clients = new List<DemoClient>();
        for (int i = 0; i < count; i++)
        {
            clients.Add(await DemoClient.ConnectAsync(relay.Address));
        }

        return clients;
    }

    private static async Task<string?[]> AskAllAsync(List<DemoClient> clients)
    {
        var answers = new string?[clients.Count];
        for (int i = 0; i < answers.Length; i++)
        {
            answers[i] = await clients[i].AskAsync("who is it?");
        }

        return answers;
    }
}
