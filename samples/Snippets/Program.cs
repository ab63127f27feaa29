// Runs what the documents show: loads every JSON file of this folder, and sends through every client that a page registers.
using System.Net.Sockets;
using LoadBalancing.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Snippets;

Environment.CurrentDirectory = AppContext.BaseDirectory;
int failed = 0;
foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.json").Where(IsSettings).Order())
{
    IConfigurationRoot settings = new ConfigurationBuilder().AddJsonFile(file).Build();
    string[] names = [.. settings.GetSection("LoadBalancing").GetChildren().Select(static section => section.Key)];
    await CheckAsync(Path.GetFileName(file), settings, names.Length > 0 ? names : throw new InvalidDataException($"{file} configures no service."), services =>
    {
        foreach (string name in names)
        {
            services.AddLoadBalancedHttpClient(name);
        }
    });
}

IConfigurationRoot catalog = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath("catalog.json")).Build();
IConfigurationRoot elsewhere = new ConfigurationBuilder().AddInMemoryCollection([new("Services:Catalog:Endpoints:0", "http://10.0.0.1:8080")]).Build();
await File.WriteAllTextAsync("catalog.endpoints", "http://10.0.0.1:8080\nhttp://10.0.0.2:8080\n");
string[] one = ["catalog"];
await CheckAsync("register-in-code", catalog, one, RegisterAClient.InCode);
await CheckAsync("register-from-configuration", catalog, one, RegisterAClient.FromConfiguration);
await CheckAsync("register-from-section", elsewhere, one, services => RegisterAClient.FromSection(services, elsewhere));
await CheckAsync("register-typed", catalog, one, RegisterAClient.Typed);
await CheckAsync("register-typed-interface", catalog, one, RegisterAClient.TypedByInterface);
await CheckAsync("register-existing", catalog, one, RegisterAClient.Existing);
await CheckAsync("register-all", catalog, ["anything"], RegisterAClient.AllClients);
await CheckAsync("register-beside-aspire", catalog, ["anything"], RegisterAClient.AllClientsBesideAspire);
await CheckAsync("register-one-beside-aspire", catalog, one, RegisterAClient.OneClientBesideAspire);
await CheckAsync("register-all-but-one", catalog, ["payments"], RegisterAClient.AllButOne, reaches: "catalog");
await CheckAsync("register-source", catalog, one, RegisterAClient.FromSource);
await CheckAsync("configure-layers", catalog, one, services => ConfigureAndReload.Layers(services, catalog));
await CheckAsync("fault-per-request", catalog, one, InjectFaults.PerRequest);
await CheckAsync("fault-per-attempt", catalog, one, services =>
{
    InjectFaults.Repeatable(services);
    InjectFaults.PerAttempt(services);
});
await CheckMailerAsync();
await CheckAsync("opentelemetry", catalog, one, SeeWhatHappens.WithOpenTelemetry);
await CheckAsync("drop-endpoints", catalog, one, SeeWhatHappens.WithoutEndpoints);
Console.WriteLine(failed == 0 ? "All snippets run." : $"{failed} snippets failed.");
return failed == 0 ? 0 : 1;

// What the build itself puts beside the program is not ours to load.
static bool IsSettings(string path) => !path.EndsWith(".deps.json", StringComparison.Ordinal) && !path.EndsWith(".runtimeconfig.json", StringComparison.Ordinal);

// Nobody listens on port 1 of this machine, and that is held against the endpoint.
async Task CheckMailerAsync()
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

    bool counted = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("smtp").Endpoints[0].Failed == 1;
    Console.WriteLine($"{(counted ? "ok    " : "FAILED")} use-balancer: the failure is counted");
    failed += counted ? 0 : 1;
}

async Task CheckAsync(string snippet, IConfiguration configuration, string[] clients, Action<IServiceCollection> register, string reaches = "10.0.0.")
{
    try
    {
        var server = new StubServer();
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddSingleton<IHostEnvironment>(new Microsoft.Extensions.Hosting.Internal.HostingEnvironment { EnvironmentName = Environments.Production });
        register(services);

        // Last, so that no snippet replaces it: nothing here may reach the network.
        services.PostConfigureAll<HttpClientFactoryOptions>(options => options.HttpMessageHandlerBuilderActions.Add(builder => builder.PrimaryHandler = server));
        await using ServiceProvider provider = services.BuildServiceProvider(validateScopes: true);
        foreach (string name in clients)
        {
            HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);
            client.BaseAddress ??= new Uri("http://catalog/");
            for (int call = 0; call < 4; call++)
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri("/items/1", UriKind.Relative));
            }
        }

        string[] reached = [.. server.Authorities.Distinct().Order()];
        bool asShown = reached.Length > 0 && reached.All(authority => authority.StartsWith(reaches, StringComparison.Ordinal));
        Console.WriteLine($"{(asShown ? "ok    " : "FAILED")} {snippet}: reached {string.Join(", ", reached)}");
        failed += asShown ? 0 : 1;
    }
    catch (Exception exception)
    {
        Console.WriteLine($"FAILED {snippet}: {exception.Message}");
        failed++;
    }
}
