using System.Diagnostics;
using System.Net;
using IstioPolicies;
using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

const string Foo = "foo.default.svc.cluster.local";
string documents = Path.Combine(AppContext.BaseDirectory, "documents");
string policies = Directory.CreateTempSubdirectory("policies").FullName;
void Apply(string document, string name) => File.Copy(Path.Combine(documents, document), Path.Combine(policies, name), overwrite: true);

// Like "kubectl apply", with a folder instead of a cluster.
Apply("destination-rule.yaml", "destination-rule.yaml");

await using LocalServers servers = await LocalServers.StartAsync();
var services = new ServiceCollection();
services.AddLogging(logging => logging
    .AddSimpleConsole(console => console.SingleLine = true)
    .AddFilter("System.Net.Http", LogLevel.Warning)
    .AddFilter("LoadBalancing", LogLevel.Error));

// begin-snippet: istio-register
services.AddIstioTrafficPolicies(Path.Combine(policies, "*.yaml"), client => client.Namespace = "default");
services.AddLoadBalancedHttpClient("foo.default.svc.cluster.local", options =>
    options.Endpoints = [.. servers.Addresses.Select(static address => new EndpointDescription(address))]);
// end-snippet

await using ServiceProvider provider = services.BuildServiceProvider();
HttpClient http = provider.GetRequiredService<IHttpClientFactory>().CreateClient(Foo);
bool isAsExpected = true;

Console.WriteLine("1. destination-rule.yaml: a server is ejected after five consecutive errors.");
servers.FirstFails = true;
await CallAsync(100);
LoadBalancer balancer = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(Foo);
UpstreamEndpoint? failing = balancer.Endpoints.SingleOrDefault(static endpoint => endpoint.Health == EndpointHealth.Ejected);
Console.WriteLine(
    $"   received {servers.Received[0]} of 100 requests; at {DateTimeOffset.UtcNow:HH:mm:ss} ejected until at least {failing?.EjectedUntil:HH:mm:ss}");
isAsExpected &= failing is not null && servers.Received[0] == 5;
servers.FirstFails = false;

Console.WriteLine("2. virtual-service-delay.yaml: every request is delayed by five seconds.");
await ApplyAndWaitAsync("virtual-service-delay.yaml");
long start = Stopwatch.GetTimestamp();
await Task.WhenAll(CallAsync(1), CallAsync(1), CallAsync(1));
TimeSpan took = Stopwatch.GetElapsedTime(start);
Console.WriteLine($"   three concurrent requests took {took.TotalSeconds:F1} s");
isAsExpected &= took > TimeSpan.FromSeconds(4.9);

Console.WriteLine("3. virtual-service-abort.yaml in the same file: one request in ten is aborted with 500.");
await ApplyAndWaitAsync("virtual-service-abort.yaml");
List<HttpStatusCode> statuses = await CallAsync(1000);
int aborted = statuses.Count(static status => status == HttpStatusCode.InternalServerError);
Console.WriteLine($"   {aborted} of 1,000 aborted");
isAsExpected &= aborted is > 40 and < 160;

Directory.Delete(policies, recursive: true);
Console.WriteLine(isAsExpected ? "All policies were applied as expected." : "Some policies were not applied as expected.");
return isAsExpected ? 0 : 1;

async Task<List<HttpStatusCode>> CallAsync(int count)
{
    var statuses = new List<HttpStatusCode>();
    for (int i = 0; i < count; i++)
    {
        using HttpResponseMessage response = await http.GetAsync("/");
        statuses.Add(response.StatusCode);
    }

    return statuses;
}

// Waits until the file watcher has applied the change.
async Task ApplyAndWaitAsync(string document)
{
    string before = GetActiveFault();
    Apply(document, "virtual-service.yaml");
    for (int i = 0; i < 200 && GetActiveFault() == before; i++)
    {
        await Task.Delay(50);
    }
}

string GetActiveFault()
{
    using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{Foo}/");
    return provider.GetRequiredService<IRequestPolicyExplainer>().Explain(Foo, request).Values.Single(static value => value.Name == "Fault").Value;
}
