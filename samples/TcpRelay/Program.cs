using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TcpRelay;

if (args.Length == 0)
{
    return await Demo.RunAsync();
}

if (RelayArguments.Read(args, out string? fault) is not { } arguments)
{
    Console.Error.WriteLine(fault);
    Console.Error.WriteLine(RelayArguments.Usage);
    return 2;
}

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Services.AddSingleton(arguments.Settings);
builder.Services.AddHostedService<RelayService>();

// begin-snippet: relay-registration
builder.Services.AddLoadBalancer("backends", options =>
{
    options.Endpoints = [.. arguments.Backends.Select(static address => new EndpointDescription(address))];
    options.Strategy = arguments.Strategy;
    options.HealthCheck.Kind = HealthCheckKind.Tcp;
});
// end-snippet
await builder.Build().RunAsync();
return 0;
