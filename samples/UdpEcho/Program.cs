using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;
using UdpEcho;

EchoServer[] servers = [new("anna"), new("berta"), new("clara"), new("dora")];

var services = new ServiceCollection();
services.AddLoadBalancer("echo", options =>
{
    options.Endpoints = [.. servers.Select(static server => new EndpointDescription(server.Address))];
    options.OutlierDetection.ConsecutiveErrors = 2;
});
await using ServiceProvider provider = services.BuildServiceProvider();
var balancer = provider.GetRequiredKeyedService<LoadBalancer>("echo");
using var relay = new UdpRelay(balancer, idleAfter: TimeSpan.FromSeconds(2), TimeProvider.System);
using var stop = new CancellationTokenSource();
Task running = relay.RunAsync(stop.Token);

bool isWell = await new Demo(relay, balancer, servers).ShowAsync();

await stop.CancelAsync();
await running;
Array.ForEach(servers, static server => server.Dispose());
Console.WriteLine(isWell ? "Every datagram got a reply." : "Some results are not as expected.");
return isWell ? 0 : 1;
