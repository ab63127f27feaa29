// What a user gets from the package alone: a balanced client over two servers in this process. Exit code 1 unless both get their half.
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

const int Calls = 20;
string[] addresses = [StartServer("one"), StartServer("two")];

var services = new ServiceCollection();
services.AddLoadBalancedHttpClient("catalog", options => options.Endpoints = [.. addresses]);
await using ServiceProvider provider = services.BuildServiceProvider();
HttpClient catalog = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");

Dictionary<string, int> answers = [];
for (int call = 0; call < Calls; call++)
{
    string name = await catalog.GetStringAsync("/whoami");
    answers[name] = answers.GetValueOrDefault(name) + 1;
}

Console.WriteLine(string.Join(", ", answers.Select(answer => $"server {answer.Key}: {answer.Value} of {Calls} calls")));
return answers.Count == 2 && answers.Values.All(count => count == Calls / 2) ? 0 : 1;

static string StartServer(string name)
{
    var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    _ = Task.Run(async () =>
    {
        while (true)
        {
            using TcpClient connection = await listener.AcceptTcpClientAsync();
            await using NetworkStream stream = connection.GetStream();
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
                // The request's head: all that is needed of it is its end.
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {name.Length}\r\nConnection: close\r\n\r\n{name}"));
        }
    });
    return $"http://{listener.LocalEndpoint}";
}
