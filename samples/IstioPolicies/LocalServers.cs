using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IstioPolicies;

/// <summary>Three servers of foo on free loopback ports, of which the first can be made to fail.</summary>
internal sealed class LocalServers : IAsyncDisposable
{
    private readonly List<WebApplication> _servers = [];
    private readonly int[] _received = new int[3];

    public bool FirstFails { get; set; }

    public IReadOnlyList<int> Received => _received;

    public IReadOnlyList<string> Addresses => [.. _servers.Select(static server => server.Urls.First())];

    public static async Task<LocalServers> StartAsync()
    {
        var servers = new LocalServers();
        for (int i = 0; i < servers._received.Length; i++)
        {
            int number = i;
            WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            WebApplication server = builder.Build();
            server.Urls.Add("http://127.0.0.1:0");
            server.MapGet("/", () =>
            {
                Interlocked.Increment(ref servers._received[number]);
                return number == 0 && servers.FirstFails ? Results.StatusCode(500) : Results.Text("ok");
            });
            await server.StartAsync();
            servers._servers.Add(server);
        }

        return servers;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication server in _servers)
        {
            await server.DisposeAsync();
        }
    }
}
