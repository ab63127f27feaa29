// begin-snippet: smallest
WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddLoadBalancedHttpClient("catalog", options =>
{
    options.Endpoints = ["http://127.0.0.1:5801", "http://127.0.0.1:5802"];
});

// This program also runs the two servers, so that it is self-contained.
WebApplication app = builder.Build();
app.Urls.Add("http://127.0.0.1:5801");
app.Urls.Add("http://127.0.0.1:5802");
app.MapGet("/whoami", (HttpContext context) => $"{context.Request.Host} responds on port {context.Connection.LocalPort}");
await app.StartAsync();

HttpClient catalog = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
for (int call = 1; call <= 4; call++)
{
    Console.WriteLine(await catalog.GetStringAsync("/whoami"));
}
// end-snippet
