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

// Like "kubectl apply", but that the folder is the cluster.
Apply("destination-rule.yaml", "destination-rule.yaml");

await using LocalServers servers = await LocalServers.StartAsync();
var services = new ServiceCollection();
services.AddLogging(logging => logging.AddSimpleConsole(console => console.SingleLine = true).AddFilter("System.Net.Http", LogLevel.Warning).AddFilter("LoadBalancing", LogLevel.Error));

// begin-snippet: istio-register
services.AddIstioTrafficPolicies(Path.Combine(policies, "*.yaml"), identity => identity.Namespace = "default");
services.AddLoadBalancedHttpClient("foo.default.svc.cluster.local", options => options.Endpoints = [.. servers.Addresses.Select(static address => new EndpointDescription(address))]);
// end-snippet

await using ServiceProvider provider = services.BuildServiceProvider();
HttpClient http = provider.GetRequiredService<IHttpClientFactory>().CreateClient(Foo);
bool isWell = true;

Console.WriteLine("1. destination-rule.yaml: five errors in a row take a server out.");
servers.FirstFails = true;
await CallAsync(100);
LoadBalancer balancer = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer(Foo);
UpstreamEndpoint? failing = balancer.Endpoints.SingleOrDefault(static endpoint => endpoint.Health == EndpointHealth.Ejected);
Console.WriteLine($"   of 100 requests it got {servers.Received[0]}; it is out until {failing?.EjectedUntil:HH:mm:ss}, at the earliest, and it is {DateTimeOffset.UtcNow:HH:mm:ss}");
isWell &= failing is not null && servers.Received[0] == 5;
servers.FirstFails = false;

Console.WriteLine("2. virtual-service-delay.yaml: every request is five seconds late.");
await ApplyAndWaitAsync("virtual-service-delay.yaml");
long began = Stopwatch.GetTimestamp();
await Task.WhenAll(CallAsync(1), CallAsync(1), CallAsync(1));
TimeSpan took = Stopwatch.GetElapsedTime(began);
Console.WriteLine($"   three requests side by side took {took.TotalSeconds:F1} s");
isWell &= took > TimeSpan.FromSeconds(4.9);

Console.WriteLine("3. virtual-service-abort.yaml in its place: one request in ten is answered 500.");
await ApplyAndWaitAsync("virtual-service-abort.yaml");
List<HttpStatusCode> answers = await CallAsync(1000);
int aborted = answers.Count(static status => status == HttpStatusCode.InternalServerError);
Console.WriteLine($"   {aborted} of 1,000");
isWell &= aborted is > 40 and < 160;

Directory.Delete(policies, recursive: true);
Console.WriteLine(isWell ? "Every document did what it says." : "Something did not do what it says.");
return isWell ? 0 : 1;

async Task<List<HttpStatusCode>> CallAsync(int count)
{
    var answers = new List<HttpStatusCode>();
    for (int i = 0; i < count; i++)
    {
        using HttpResponseMessage response = await http.GetAsync("/");
        answers.Add(response.StatusCode);
    }

    return answers;
}

// The file is watched; here it is waited for.
async Task ApplyAndWaitAsync(string document)
{
    string before = FaultInForce();
    Apply(document, "virtual-service.yaml");
    for (int i = 0; i < 200 && FaultInForce() == before; i++)
    {
        await Task.Delay(50);
    }
}

string FaultInForce()
{
    using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{Foo}/");
    return provider.GetRequiredService<IRequestPolicyExplainer>().Explain(Foo, request).Values.Single(static value => value.Name == "Fault").Value;
}
