using System.Diagnostics;
using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;
using Quickstart;

var clock = Stopwatch.StartNew();
IView view = IView.ForThisTerminal();
view.Open($"""
    LoadBalancing.Client in six acts: four servers, one HttpClient, about 12 s.
    Times are scaled down: an ejection lasts {Seconds(Scale.EjectionTime)} here (default: 3 min), and the
    sweep that ends it comes every {Seconds(Scale.SweepInterval)} (default: 1 min).
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

// This is the whole set-up of a balanced client. The last two lines are for the demo: faults are switched on by a change
// of configuration while calls go on, and they are to be the same on every run.
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
    new OneAnswersErrors(),
    new OneIsStopped(),
    new BothReturn(),
    new FaultsPerRequest(),
    new FaultsPerAttempt());
bool asExpected = await play.RunAsync(stage, view, curtain.Token);

view.Close(asExpected ? "Everything came as expected" : "Not everything came as expected", clock.Elapsed);
return asExpected ? 0 : 1;

static string Seconds(TimeSpan time) => $"{time.TotalSeconds} s";
