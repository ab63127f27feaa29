using System.Diagnostics;
using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;
using Quickstart;

var clock = Stopwatch.StartNew();
IView view = IView.ForThisTerminal();
view.Open($"""
    LoadBalancing.Client in six acts: four servers, one HttpClient, about 12 s.
    Times are scaled down: an ejection lasts {Seconds(Scale.EjectionTime)} (default: 3 min), and sweeps
    that restore servers run every {Seconds(Scale.SweepInterval)} (default: 1 min).
    """);

using var curtain = new CancellationTokenSource(Scale.LongestPlay);
Console.CancelKeyPress += (_, signal) =>
{
    signal.Cancel = true;
    curtain.Cancel();
};

await using DemoServers servers = await DemoServers.StartAsync(4, curtain.Token);
using var counters = new MetricCounters();
var settings = new LiveSettings("Catalog");
var dice = new Dice();

// This is the complete setup of a load-balanced client. The last two lines are for the demo: faults are enabled by a change
// of configuration at run time, and are the same on every run.
var services = new ServiceCollection();
services.AddLoadBalancedHttpClient("catalog", options =>
{
    options.Endpoints = [.. servers.Select(server => new EndpointDescription(server.Address))];
    options.OutlierDetection.BaseEjectionTime = Scale.EjectionTime;
    options.OutlierDetection.Interval = Scale.SweepInterval;
}).Configure(settings.Section);
services.AddSingleton<RandomSource>(dice);

await using ServiceProvider provider = services.BuildServiceProvider();
HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
LoadBalancer balancer = provider.GetRequiredService<ILoadBalancerProvider>().GetLoadBalancer("catalog");

var stage = new Stage(servers, balancer, new Traffic(client), settings, dice, counters);
var play = new Play(
    new EvenSpread(),
    new OneReturnsErrors(),
    new OneIsStopped(),
    new BothReturn(),
    new FaultsPerRequest(),
    new FaultsPerAttempt());
bool asExpected = await play.RunAsync(stage, view, curtain.Token);

view.Close(asExpected ? "All results are as expected" : "Some results are not as expected", clock.Elapsed);
return asExpected ? 0 : 1;

static string Seconds(TimeSpan time) => $"{time.TotalSeconds} s";
