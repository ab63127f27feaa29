using System.Net;
using LoadBalancing.Client;
using StickySessions;

const int Sessions = 100;
string key = Convert.ToBase64String(Enumerable.Range(0, 32).Select(static i => (byte)i).ToArray());

await using var servers = new ServerFarm();
string[] addresses = [await servers.AddAsync(), await servers.AddAsync(), await servers.AddAsync(), await servers.AddAsync()];

// One browser per session. Cookies belong to a host, regardless of the port, so the application may restart on another port.
HttpClient[] browsers =
[
    .. Enumerable.Range(0, Sessions).Select(static _ => new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() })),
];

WebApplication application = await StartAsync(addresses);
string[] servedBy = await VisitAsync(application, "first visit");
bool stayed = Compare(servedBy, await VisitAsync(application, "second visit"));

await application.DisposeAsync();
application = await StartAsync(addresses);
stayed &= Compare(servedBy, await VisitAsync(application, "after a restart of the application"));

await application.DisposeAsync();
application = await StartAsync([.. addresses, await servers.AddAsync()]);
stayed &= Compare(servedBy, await VisitAsync(application, "with a fifth server"));
await application.DisposeAsync();

bool spread = servedBy.Distinct().Count() == addresses.Length;
Console.WriteLine(stayed && spread ? "Every session stayed on its server." : "Some sessions moved or were not distributed.");
return stayed && spread ? 0 : 1;

// begin-snippet: sticky-sessions
async Task<WebApplication> StartAsync(string[] endpoints)
{
    WebApplicationBuilder builder = WebApplication.CreateBuilder();
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.Services.AddInboundCallerContext();
    builder.Services.AddLoadBalancedHttpClient("shop", options =>
    {
        options.Endpoints = [.. endpoints.Select(static address => new EndpointDescription(address))];
        options.Strategy = LoadBalancingStrategies.LeastRequest;
        options.SessionAffinity = new SessionAffinityOptions { Keys = [key] };
    });

    WebApplication app = builder.Build();
    app.Urls.Add("http://127.0.0.1:0");
    app.MapGet("/", static (IHttpClientFactory clients) => clients.CreateClient("shop").GetStringAsync("/whoami"));
    await app.StartAsync();
    return app;
}
// end-snippet

async Task<string[]> VisitAsync(WebApplication app, string occasion)
{
    string[] visited = await Task.WhenAll(browsers.Select(browser => browser.GetStringAsync(app.Urls.First())));
    IEnumerable<KeyValuePair<string, int>> counts = visited.CountBy(static server => server).OrderBy(static server => server.Key);
    Console.WriteLine($"{occasion,-36} {string.Join(", ", counts.Select(static server => $"{server.Key}: {server.Value}"))}");
    return visited;
}

static bool Compare(string[] before, string[] after)
{
    int moved = before.Zip(after).Count(static pair => pair.First != pair.Second);
    Console.WriteLine($"{"",-36} {moved} of {before.Length} sessions moved");
    return moved == 0;
}
