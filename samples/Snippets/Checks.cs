using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using LoadBalancing.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy;

namespace Snippets;

/// <summary>Runs the snippets of the pages and checks their effects. Only loopback connections are used.</summary>
internal sealed class Checks
{
    public int Failed { get; private set; }

    /// <summary>Sends requests through clients and checks the endpoints that receive them.</summary>
    public Task ReachesAsync(
        string snippet, IConfiguration configuration, string[] clients, Action<IServiceCollection> register, string authority = "10.0.0.") =>
        RunAsync(snippet, async () =>
        {
            var server = new StubServer();
            await using ServiceProvider provider = Build(configuration, register, server);
            foreach (string name in clients)
            {
                HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);
                client.BaseAddress ??= new Uri("http://catalog/");
                for (int call = 0; call < 4; call++)
                {
                    using HttpResponseMessage response = await client.GetAsync(new Uri("/items/1", UriKind.Relative));
                }
            }

            return Reached(server, authority);
        });

    /// <summary>Creates a client that requires its own handler, so that the handler cannot be replaced by a stub.</summary>
    public Task MakesAsync(string snippet, IConfiguration configuration, string name) => RunAsync(snippet, async () =>
    {
        await using ServiceProvider provider = Build(configuration, services => services.AddLoadBalancedHttpClient(name), server: null);
        HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);
        return (client.BaseAddress == new Uri($"http://{name}/"), "client made");
    });

    /// <summary>Calls over gRPC.</summary>
    public Task SaysAsync(string snippet, IConfiguration configuration, Action<IServiceCollection> register) => RunAsync(snippet, async () =>
    {
        var server = new StubServer();
        await using ServiceProvider provider = Build(configuration, register, server);
        Echo.EchoClient client = provider.GetRequiredService<Echo.EchoClient>();
        bool responded = await client.SayAsync("one") == "42" && await client.SayAsync("two") == "42";
        (bool asShown, string seen) = Reached(server, "10.0.0.");
        return (asShown && responded && server.Authorities.Distinct().Count() == 2, seen);
    });

    /// <summary>Makes endpoints fail until one is ejected, and queries which one.</summary>
    public Task ReportsEjectedEndpointsAsync(string snippet, IConfiguration configuration) => RunAsync(snippet, async () =>
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddConfiguration(configuration);
        builder.Services.AddLoadBalancedHttpClient("catalog").ConfigurePrimaryHttpMessageHandler(
            static () => new StubServer { Status = HttpStatusCode.InternalServerError });
        await using WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        TuneEjection.ShowEndpoints(app);
        await app.StartAsync();
        HttpClient catalog = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        for (int call = 0; call < 9; call++)
        {
            using HttpResponseMessage response = await catalog.GetAsync(new Uri("/items/1", UriKind.Relative));
        }

        using var browser = new HttpClient();
        JsonElement[] endpoints = (await browser.GetFromJsonAsync<JsonElement[]>($"{app.Urls.Single()}/upstreams"))!;
        string[] reasons =
        [
            .. endpoints
                .Where(static endpoint => endpoint.GetProperty("health").GetString() == "Ejected")
                .Select(static endpoint => endpoint.GetProperty("healthReason").GetString()!),
        ];
        return (reasons is ["3 failures in a row, the last: ErrorResponse"], string.Join(", ", reasons));
    });

    /// <summary>Loads a proxy's configuration.</summary>
    public Task ForwardsAsync(string snippet, string file) => RunAsync(snippet, async () =>
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddJsonFile(Path.GetFullPath(file));
        MoveFromYarp.Before(builder);
        await using WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        MoveFromYarp.Map(app);
        await app.StartAsync();
        string[] destinations = [.. app.Services.GetRequiredService<IProxyStateLookup>().GetClusters().Single().Destinations.Keys.Order()];
        return (destinations is ["one", "two"], string.Join(", ", destinations));
    });

    /// <summary>A refused connection, to port 1 of this machine, counts as a failure of the endpoint.</summary>
    public Task CountsFailureAsync(string snippet) => RunAsync(snippet, async () =>
    {
        var services = new ServiceCollection();
        RegisterAClient.WithoutClient(services);
        services.AddLoadBalancer("smtp", options => options.Endpoints = ["tcp://127.0.0.1:1"]);
        services.AddSingleton<Mailer>();
        await using ServiceProvider provider = services.BuildServiceProvider();
        try
        {
            await provider.GetRequiredService<Mailer>().SendAsync("HELO"u8.ToArray(), CancellationToken.None);
        }
        catch (SocketException)
        {
        }

        long counted = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("smtp").Endpoints[0].FailureCount;
        return (counted == 1, $"{counted} failure counted");
    });

    /// <summary>Requests with session affinity of any kind arrive at one endpoint.</summary>
    public Task StaysAsync(string snippets) => RunAsync(snippets, async () =>
    {
        int endpoints = 0;
        foreach (Func<HttpClient, Task> send in new Func<HttpClient, Task>[]
        {
            static async client =>
            {
                await KeepSessions.OfUserAsync(client, "user-42", CancellationToken.None);
                await KeepSessions.OfUserAsync(client, "user-42", CancellationToken.None);
            },
            static client => KeepSessions.JobAsync(client, CancellationToken.None),
            static async client =>
            {
                using HttpResponseMessage first = await client.SendAsync(KeepSessions.OnBehalfOf(IPAddress.Loopback));
                using HttpResponseMessage second = await client.SendAsync(KeepSessions.OnBehalfOf(IPAddress.Loopback));
            },
        })
        {
            var server = new StubServer();
            var services = new ServiceCollection();
            services.AddLoadBalancedHttpClient("catalog", static options =>
            {
                options.Endpoints = ["http://10.0.0.1:8080", "http://10.0.0.2:8080", "http://10.0.0.3:8080"];
                options.Strategy = LoadBalancingStrategies.Maglev;
                options.HashPolicies = [new() { Cookie = new() { Name = "session", Ttl = TimeSpan.Zero } }, new() { CallerAddress = true }];
            }).ConfigurePrimaryHttpMessageHandler(() => server);
            await using ServiceProvider provider = services.BuildServiceProvider();
            await send(provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog"));
            endpoints += server.Authorities.Distinct().Count();
        }

        return (endpoints == 3, $"{endpoints} endpoints for 3 callers");
    });

    /// <summary>Causes each of the errors that can be caught.</summary>
    public Task NamesErrorsAsync(string snippet) => RunAsync(snippet, async () =>
    {
        var log = new ListLogger();
        await CallAsync(new StubServer { Status = HttpStatusCode.NotFound }, static _ => { });
        await CallAsync(new StubServer { Responds = false }, static options => options.Timeout = TimeSpan.FromMilliseconds(50));
        await CallAsync(new StubServer { Status = HttpStatusCode.InternalServerError }, static options =>
        {
            options.OutlierDetection.ConsecutiveErrors = 1;
            options.OutlierDetection.MaxEjectionPercent = 100;
            options.Panic.ThresholdPercent = 0;
        });
        string[] expected = ["Status NotFound", "Too slow", "Status InternalServerError", "No endpoint available in catalog"];
        return (expected.SequenceEqual(log.Lines.Select(static line => line.Split([',', ':'])[0])), string.Join(" | ", log.Lines));

        async Task CallAsync(StubServer server, Action<LoadBalancingOptions> configure)
        {
            var services = new ServiceCollection();
            services.AddLoadBalancedHttpClient("catalog", options =>
            {
                options.Endpoints = ["http://10.0.0.1"];
                configure(options);
            }).ConfigurePrimaryHttpMessageHandler(() => server);
            await using ServiceProvider provider = services.BuildServiceProvider();
            HttpClient catalog = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
            for (int call = 0; call < (server.Status == HttpStatusCode.InternalServerError ? 2 : 1); call++)
            {
                await HandleErrors.CatchAsync(catalog, log, CancellationToken.None);
            }
        }
    });

    private static ServiceProvider Build(IConfiguration configuration, Action<IServiceCollection> register, StubServer? server)
    {
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddSingleton<IHostEnvironment>(new Microsoft.Extensions.Hosting.Internal.HostingEnvironment { EnvironmentName = Environments.Production });
        register(services);

        // Registered last, so that no snippet replaces it and nothing reaches the network.
        if (server is not null)
        {
            services.PostConfigureAll<HttpClientFactoryOptions>(
                options => options.HttpMessageHandlerBuilderActions.Add(builder => builder.PrimaryHandler = server));
        }

        return services.BuildServiceProvider(validateScopes: true);
    }

    private static (bool AsShown, string Seen) Reached(StubServer server, string authority)
    {
        string[] reached = [.. server.Authorities.Distinct().Order()];
        return (
            reached.Length > 0 && reached.All(candidate => candidate.StartsWith(authority, StringComparison.Ordinal)),
            $"reached {string.Join(", ", reached)}");
    }

    private async Task RunAsync(string snippet, Func<Task<(bool AsShown, string Seen)>> run)
    {
        (bool asShown, string seen) result;
        try
        {
            result = await run();
        }
        catch (Exception exception)
        {
            result = (false, exception.ToString());
        }

        Console.WriteLine($"{(result.asShown ? "ok    " : "FAILED")} {snippet}: {result.seen}");
        Failed += result.asShown ? 0 : 1;
    }

    private sealed class ListLogger : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
