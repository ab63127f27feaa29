using System.Net.Sockets;
using System.Text;
using LoadBalancing.Client;

namespace UdpEcho;

/// <summary>Four servers, of which one is stopped while clients use it.</summary>
internal sealed class Demo(UdpRelay relay, LoadBalancer balancer, EchoServer[] servers)
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);

    /// <returns>Whether all results are as expected.</returns>
    public async Task<bool> ShowAsync()
    {
        using var bound = new CancellationTokenSource(LongEnough);
        var asker = new Asker(balancer, LongEnough);
        bool isWell = (await AskOneByOneAsync("four questions, an operation each", asker, servers.Length, bound.Token)).Distinct().Count() == servers.Length;

        UdpClient[] clients = Connect(12);
        string[] first = await AskAllAsync("twelve clients, a flow each", clients, bound.Token);
        isWell &= first.Distinct().Count() == servers.Length;

        EchoServer stopped = servers[1];
        await stopped.StopAsync();
        string[] second = await AskAllAsync($"{stopped.Name} is stopped, all send again", clients, bound.Token);
        Console.WriteLine($"{"flows that moved",-40} {first.Zip(second).Count(static pair => pair.First != pair.Second)}");

        isWell &= !(await AskOneByOneAsync("four more questions", asker, servers.Length, bound.Token)).Contains(stopped.Name);
        UdpClient[] late = Connect(6);
        string[] third = await AskAllAsync("six more clients", late, bound.Token);
        isWell &= !second.Concat(third).Contains(stopped.Name);
        foreach (UpstreamEndpoint endpoint in balancer.Endpoints)
        {
            Console.WriteLine(
                $"{"",4}{endpoint}  {endpoint.Health}, {endpoint.InFlight} flows, {endpoint.FailureCount} "
                + $"refused{(endpoint.HealthReason is { } reason ? $" ({reason})" : "")}");
        }

        isWell &= balancer.Endpoints[1].Health == EndpointHealth.Ejected;
        int flows = relay.OpenFlows;
        while (relay.OpenFlows > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), bound.Token);
        }

        Console.WriteLine($"{"flows after two idle seconds",-40} {flows} before, {relay.OpenFlows} now");
        Array.ForEach([.. clients, .. late], static client => client.Dispose());
        return isWell;
    }

    private UdpClient[] Connect(int count) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var client = new UdpClient(AddressFamily.InterNetwork);
        client.Connect(relay.Address);
        return client;
    })];

    private static async Task<string[]> AskOneByOneAsync(string occasion, Asker asker, int questions, CancellationToken cancellationToken)
    {
        var names = new string[questions];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = NameIn(await asker.AskAsync("hello"u8.ToArray(), cancellationToken));
        }

        return Show(occasion, names);
    }

    private static async Task<string[]> AskAllAsync(string occasion, UdpClient[] clients, CancellationToken cancellationToken)
    {
        var names = new string[clients.Length];
        for (int i = 0; i < clients.Length; i++)
        {
            await clients[i].SendAsync("hello"u8.ToArray(), cancellationToken);
            UdpReceiveResult answer = await clients[i].ReceiveAsync(cancellationToken);
            names[i] = NameIn(answer.Buffer);
        }

        return Show(occasion, names);
    }

    private static string NameIn(byte[] response) => Encoding.UTF8.GetString(response).Split(':')[0];

    private static string[] Show(string occasion, string[] names)
    {
        string counts = string.Join(
            ", ",
            names.CountBy(static name => name).OrderBy(static name => name.Key).Select(static name => $"{name.Key}: {name.Value}"));
        Console.WriteLine($"{occasion,-40} {counts}");
        return names;
    }
}
