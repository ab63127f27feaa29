// A load-balanced client in a program compiled ahead of time: twenty requests, split evenly between two servers.
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

const int Requests = 20;
string[] names = ["one", "two"];
var settings = new Dictionary<string, string?>
{
    ["LoadBalancing:catalog:Timeout"] = "5s",
    ["LoadBalancing:catalog:Retry:MaxRetries"] = "1",
};

for (int i = 0; i < names.Length; i++)
{
    settings[$"LoadBalancing:catalog:Endpoints:{i}"] = await StartServerAsync(names[i]);
}

// Options are read from configuration, which often requires reflection.
var services = new ServiceCollection();
services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
services.AddLoadBalancedHttpClient<WhoAmIClient>("catalog");

await using ServiceProvider provider = services.BuildServiceProvider();
WhoAmIClient client = provider.GetRequiredService<WhoAmIClient>();
Dictionary<string, int> counts = [];
for (int i = 0; i < Requests; i++)
{
    string name = await client.AskAsync();
    counts[name] = counts.GetValueOrDefault(name) + 1;
}

foreach (string name in names)
{
    Console.WriteLine($"server {name}: {counts.GetValueOrDefault(name)} of {Requests} requests");
}

return names.All(counts.ContainsKey) ? 0 : 1;

static async Task<string> StartServerAsync(string name)
{
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    WebApplication server = builder.Build();
    server.Urls.Add("http://127.0.0.1:0");
    server.Run(context => context.Response.WriteAsync(name));
    await server.StartAsync();
    return server.Urls.First();
}

internal sealed class WhoAmIClient(HttpClient http)
{
    public Task<string> AskAsync() => http.GetStringAsync("/whoami");
}
