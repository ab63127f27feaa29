using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// Requests over real sockets to four servers in a process of their own. The contenders alternate in blocks, and each result is compared with the bare client's
/// in the same round. Processor time is that of this process.
/// </summary>
internal static class EndToEnd
{
    private const int Concurrency = 64;
    private const string Baseline = "HttpClient, hand-rotated URIs";

    public static async Task RunAsync(string[] args)
    {
        int rounds = Number(args, "--rounds", 15);
        int requests = Number(args, "--requests", 8000);
        Version[] versions = Text(args, "--http") is { } only ? [Version.Parse(only)] : [HttpVersion.Version11, HttpVersion.Version20];
        foreach (Version version in versions)
        {
            await RunAsync(version, rounds, requests, Text(args, "--only"));
        }
    }

    private static async Task RunAsync(Version version, int rounds, int requests, string? only)
    {
        using var servers = ServerProcess.Start(version);
        var contenders = new (string Name, Func<HttpRequestMessage, Task<HttpResponseMessage>> Send, Uri[] Uris)[]
        {
            Bare(servers.Addresses),
            Factory("factory + hand round robin", "hand round robin", servers.Addresses),
            Factory("service discovery", "service discovery", servers.Addresses),
            Factory("service discovery + resilience", "service discovery + resilience", servers.Addresses),
            Factory("ours, balancing", "ours, balancing", servers.Addresses),
            Factory("ours, balancing, own host", "ours, balancing, own host", servers.Addresses),
            Factory("ours, full", "ours, full", servers.Addresses),
            Registered("ours, balancing, as registered", options => Chains.Balancing(options, servers.Addresses)),
            Registered("ours, full, as registered", options => options.Endpoints = [.. servers.Addresses]),
            PerEndpoint(servers.Addresses),
        };
        contenders = [.. contenders.Where(contender => only is null || contender.Name == Baseline || contender.Name == only)];
        var rates = contenders.ToDictionary(static contender => contender.Name, static _ => new List<double>());
        var processor = contenders.ToDictionary(static contender => contender.Name, static _ => new List<double>());
        foreach ((_, Func<HttpRequestMessage, Task<HttpResponseMessage>> send, Uri[] uris) in contenders)
        {
            await BlockAsync(send, uris, version, requests);
        }

        for (int round = 0; round < rounds; round++)
        {
            foreach ((string name, Func<HttpRequestMessage, Task<HttpResponseMessage>> send, Uri[] uris) in contenders)
            {
                TimeSpan cpu = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                await BlockAsync(send, uris, version, requests);
                rates[name].Add(requests / Stopwatch.GetElapsedTime(start).TotalSeconds);
                processor[name].Add((Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / requests);
            }
        }

        Console.WriteLine();
        Console.WriteLine($"### HTTP/{version}, {Concurrency} concurrent, {rounds} rounds of {requests}");
        Console.WriteLine();
        Console.WriteLine(
            "| client | requests/s | relative to the bare client (quartiles) | client processor us/request | relative to the bare client (quartiles) |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (string name in rates.Keys)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {Quantile(rates[name], 0.5):N0} | {Ratio(rates[name], rates[Baseline])} | {Quantile(processor[name], 0.5):N1} "
                + $"| {Ratio(processor[name], processor[Baseline])} |"));
        }
    }

    private static (string Name, Func<HttpRequestMessage, Task<HttpResponseMessage>> Send, Uri[] Uris) Bare(string[] addresses)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        return (Baseline, request => client.SendAsync(request), [.. addresses.Select(static address => new Uri(address + "/items/42"))]);
    }

    private static (string Name, Func<HttpRequestMessage, Task<HttpResponseMessage>> Send, Uri[] Uris) Factory(string name, string chain, string[] addresses)
    {
        HttpClient client = Chains.Build(chain, addresses, static () => new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        return (name, request => client.SendAsync(request), [new Uri("http://catalog/items/42")]);
    }

    /// <summary>With the primary handler of the registration, so that each endpoint has its own transport.</summary>
    private static (string Name, Func<HttpRequestMessage, Task<HttpResponseMessage>> Send, Uri[] Uris) Registered(
        string name,
        Action<LoadBalancingOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLoadBalancedHttpClient("catalog", configure);
        HttpClient client = services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        return (name, request => client.SendAsync(request), [new Uri("http://catalog/items/42")]);
    }

    /// <summary>
    /// The minimum cost of a transport per endpoint, which connects to its address while requests keep their logical URI: sending only, no policy.
    /// </summary>
    private static (string Name, Func<HttpRequestMessage, Task<HttpResponseMessage>> Send, Uri[] Uris) PerEndpoint(string[] addresses)
    {
        var handler = new PerEndpointHandler([.. addresses.Select(static address => new Uri(address))]);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddHttpClient("catalog").ConfigurePrimaryHttpMessageHandler(() => handler);
        HttpClient client = services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>().CreateClient("catalog");
        return ("factory + transport per endpoint, no policy", request => client.SendAsync(request), [new Uri("http://catalog/items/42")]);
    }

    private static async Task BlockAsync(Func<HttpRequestMessage, Task<HttpResponseMessage>> send, Uri[] uris, Version version, int requests)
    {
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, Concurrency).Select(async _ =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) <= requests)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, uris[i % uris.Length])
                {
                    Version = version,
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                };
                using HttpResponseMessage response = await send(request).ConfigureAwait(false);
                response.EnsureSuccessStatusCode();
            }
        }));
    }

    private static string Ratio(List<double> values, List<double> baseline)
    {
        List<double> ratios = [.. values.Zip(baseline, static (value, reference) => value / reference)];
        return string.Create(CultureInfo.InvariantCulture, $"{Quantile(ratios, 0.5):N2} ({Quantile(ratios, 0.25):N2}-{Quantile(ratios, 0.75):N2})");
    }

    private static double Quantile(List<double> values, double quantile)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(int)(quantile * (sorted.Length - 1))];
    }

    private static int Number(string[] args, string name, int otherwise) =>
        Text(args, name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static string? Text(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at < 0 ? null : args[at + 1];
    }

    private sealed class PerEndpointHandler : HttpMessageHandler
    {
        private readonly HttpMessageInvoker[] _transports;
        private uint _next;

        public PerEndpointHandler(Uri[] endpoints) => _transports = [.. endpoints.Select(static endpoint => new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }))];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _transports[Interlocked.Increment(ref _next) % (uint)_transports.Length].SendAsync(request, cancellationToken);
    }
}
