// Runs the snippets of the pages: loads every JSON file of this folder, and sends requests through every client that a page registers.
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Snippets;

Environment.CurrentDirectory = AppContext.BaseDirectory;
var checks = new Checks();
foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.json").Where(IsOurs).Order())
{
    IConfigurationRoot settings = Json(Path.GetFileName(file));
    string[] names = [.. settings.GetSection("LoadBalancing").GetChildren().Select(static section => section.Key)];
    string[] clients = names.Length > 0 ? names : throw new InvalidDataException($"{file} configures no service.");
    await checks.ReachesAsync(Path.GetFileName(file), settings, clients, services =>
    {
        foreach (string name in names)
        {
            services.AddLoadBalancedHttpClient(name);
        }
    });
}

await checks.MakesAsync("connections.json", Json("connections.json"), "catalog");

IConfigurationRoot catalog = Json("catalog.json");
IConfigurationRoot elsewhere = new ConfigurationBuilder().AddInMemoryCollection([new("Services:Catalog:Endpoints:0", "http://10.0.0.1:8080")]).Build();
IConfigurationRoot discovered = Json("before-service-discovery.json");
IConfigurationRoot aspire = Json("aspire.json", "before-service-discovery.json");
IConfigurationRoot grpc = Json("grpc.json");
await File.WriteAllTextAsync("catalog.endpoints", "http://10.0.0.1:8080\nhttp://10.0.0.2:8080\n");
string[] one = ["catalog"];
await checks.ReachesAsync("register-in-code", catalog, one, RegisterAClient.InCode);
await checks.ReachesAsync("register-from-configuration", catalog, one, RegisterAClient.FromConfiguration);
await checks.ReachesAsync("register-from-section", elsewhere, one, services => RegisterAClient.FromSection(services, elsewhere));
await checks.ReachesAsync("register-typed", catalog, one, RegisterAClient.Typed);
await checks.ReachesAsync("register-typed-interface", catalog, one, RegisterAClient.TypedByInterface);
await checks.ReachesAsync("register-existing", catalog, one, RegisterAClient.Existing);
await checks.ReachesAsync("register-all", catalog, ["anything"], RegisterAClient.AllClients);
await checks.ReachesAsync("register-beside-aspire", catalog, ["anything"], RegisterAClient.AllClientsBesideAspire);
await checks.ReachesAsync("register-one-beside-aspire", catalog, one, RegisterAClient.OneClientBesideAspire);
await checks.ReachesAsync("register-all-but-one", catalog, ["payments"], RegisterAClient.AllButOne, "catalog");
await checks.ReachesAsync("register-source", catalog, one, RegisterAClient.FromSource);
await checks.ReachesAsync("configure-layers", catalog, one, services => ConfigureAndReload.Layers(services, catalog));
await checks.ReachesAsync("fault-per-request", catalog, one, InjectFaults.PerRequest);
await checks.ReachesAsync("fault-per-attempt", catalog, one, services =>
{
    InjectFaults.Repeatable(services);
    InjectFaults.PerAttempt(services);
});
await checks.ReachesAsync("hash-by-header", catalog, one, KeepSessions.ByHeader);
await checks.ReachesAsync("hash-bounded", catalog, one, KeepSessions.Bounded);
await checks.StaysAsync("hash-key, affinity-session, caller-address");
await checks.ReachesAsync("opentelemetry", catalog, one, SeeWhatHappens.WithOpenTelemetry);
await checks.ReachesAsync("drop-endpoints", catalog, one, SeeWhatHappens.WithoutEndpoints);
await checks.ReachesAsync("ejection-two-of-three", catalog, one, TuneEjection.AllowTwoOfThree);
await checks.ReachesAsync("ejection-off", catalog, one, TuneEjection.Off);
await checks.ReachesAsync("before-service-discovery", discovered, one, MoveFromServiceDiscovery.Before);
await checks.ReachesAsync("after-service-discovery", Json("after-service-discovery.json"), one, MoveFromServiceDiscovery.After);
await checks.ReachesAsync("register-discovery-source", discovered, one, MoveFromServiceDiscovery.KeepDiscovery);
await checks.ReachesAsync("own-http-client-timeout", catalog, one, MoveFromServiceDiscovery.InsideTheDefaults);
await checks.ReachesAsync("after-yarp", Json("after-yarp.json"), one, MoveFromYarp.After);
await checks.ReachesAsync("aspire-one-client", aspire, one, RunUnderAspire.OneClient);
await checks.ReachesAsync("aspire-all-clients", aspire, ["anything"], RunUnderAspire.AllClients);
await checks.SaysAsync("register-grpc", grpc, UseWithGrpc.Register);
await checks.SaysAsync("register-grpc-by-name", grpc, UseWithGrpc.RegisterByName);
await checks.SaysAsync("register-all, gRPC", grpc, UseWithGrpc.UnderTheDefaults);
await checks.SaysAsync("grpc-primary-handler", grpc, UseWithGrpc.PrimaryHandler);
await checks.SaysAsync("grpc-deadlines", grpc, UseWithGrpc.LeaveTimeToDeadlines);
await checks.SaysAsync("grpc-retry-policy", grpc, UseWithGrpc.RetryByStatus);
await checks.ReportsEjectedEndpointsAsync("who-is-out", catalog);
await checks.ForwardsAsync("before-yarp", "before-yarp.json");
await checks.CountsFailureAsync("use-balancer");
await checks.NamesErrorsAsync("catch-errors");
Console.WriteLine(checks.Failed == 0 ? "All snippets run." : $"{checks.Failed} snippets failed.");
return checks.Failed == 0 ? 0 : 1;

static IConfigurationRoot Json(params string[] files)
{
    var builder = new ConfigurationBuilder();
    foreach (string file in files)
    {
        builder.AddJsonFile(Path.GetFullPath(file));
    }

    return builder.Build();
}

// Excludes files for other programs, files without endpoints, and files generated by the build.
static bool IsOurs(string path) => Path.GetFileName(path) is var name
    && !name.StartsWith("before-", StringComparison.Ordinal)
    && name is not ("aspire.json" or "connections.json")
    && !name.EndsWith(".deps.json", StringComparison.Ordinal)
    && !name.EndsWith(".runtimeconfig.json", StringComparison.Ordinal);
