namespace StickySessions;

/// <summary>Servers that return their names. Real ones would keep session state in memory, which is why sessions must not move.</summary>
internal sealed class ServerFarm : IAsyncDisposable
{
    private readonly List<WebApplication> _servers = [];

    public async Task<string> AddAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        WebApplication server = builder.Build();
        string name = $"server {_servers.Count + 1}";
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/whoami", () => name);
        await server.StartAsync();
        _servers.Add(server);
        return server.Urls.First();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication server in _servers)
        {
            await server.DisposeAsync();
        }
    }
}
