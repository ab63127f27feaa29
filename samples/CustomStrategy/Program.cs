using CustomStrategy;
using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

var services = new ServiceCollection();
services.AddLoadBalancingStrategy<FillUp>();
services.AddLoadBalancer("render", static options =>
{
    options.Endpoints = ["tcp://10.0.0.1:9000", "tcp://10.0.0.2:9000", "tcp://10.0.0.3:9000"];
    options.Strategy = "FillUp";
});
await using ServiceProvider provider = services.BuildServiceProvider();
LoadBalancer render = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("render");

// Six long-running jobs. Only the picks are shown; nothing is connected to.
EndpointLease[] jobs = [.. Enumerable.Range(0, 6).Select(_ => render.Pick())];
Console.WriteLine("Six jobs in flight, picked by FillUp, a strategy of this sample: up to four per server before the next one is used.");
Console.WriteLine(string.Join(", ", render.Endpoints.Select(static endpoint => $"{endpoint.Address.IdnHost}: {endpoint.InFlight}")));
foreach (EndpointLease job in jobs)
{
    job.End(AttemptOutcome.Success);
}
