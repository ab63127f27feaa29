using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>The contenders, registered as a user would, all on the same transport.</summary>
internal static class Chains
{
    private static readonly string Service = "catalog";

    public static HttpClient Build(string chain, int endpoints, bool async, int bodyLength) => Build(
        chain,
        [.. Enumerable.Range(0, endpoints).Select(static i => $"http://10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}:8080")],
        () => new TransportStub(async, bodyLength));

    public static HttpClient Build(string chain, string[] addresses, Func<HttpMessageHandler> transport)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(addresses.Select(static (address, i) => new KeyValuePair<string, string?>($"services:catalog:http:{i}", address)))
            .Build());
        services.AddServiceDiscovery();
        IHttpClientBuilder builder = services.AddHttpClient(Service, static client =>
        {
            client.BaseAddress = new Uri("http://catalog/");
            client.Timeout = TimeSpan.FromSeconds(100);
        });
        switch (chain)
        {
            case "no-op":
                builder.AddHttpMessageHandler(static () => new NoOpHandler());
                break;
            case "hand round robin":
                builder.AddHttpMessageHandler(() => new HandRoundRobin(addresses));
                break;
            case "service discovery":
                builder.AddServiceDiscovery();
                break;
            case "standard resilience":
                builder.AddStandardResilienceHandler();
                break;
            case "service discovery + resilience":
                builder.AddStandardResilienceHandler();
                builder.AddServiceDiscovery();
                break;
            case "ours, balancing":
                builder.AddLoadBalancing(options => Balancing(options, addresses));
                break;
            case "ours, balancing, own host":
                builder.AddLoadBalancing(options =>
                {
                    Balancing(options, addresses);
                    options.Endpoints = [.. addresses.Select(static address => new EndpointDescription(address) { Hostname = new Uri(address).Authority })];
                });
                break;
            case "ours, full":
                builder.AddLoadBalancing(options => options.Endpoints = [.. addresses]);
                break;
            case "ours, full, with limits and routes":
                builder.AddLoadBalancing(options => WithLimitsAndRoutes(options, addresses));
                break;
            default:
                throw new ArgumentException($"There is no chain '{chain}'.", nameof(chain));
        }

        // The transport comes last: some of the registrations above replace it.
        builder.ConfigurePrimaryHttpMessageHandler(transport);
        return services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>().CreateClient(Service);
    }

    public static void Balancing(LoadBalancingOptions options, string[] addresses)
    {
        options.Endpoints = [.. addresses];
        options.Timeout = Timeout.InfiniteTimeSpan;
        options.Retry.PerTryTimeout = Timeout.InfiniteTimeSpan;
        options.Retry.MaxRetries = 0;
        options.BodyIdleTimeout = Timeout.InfiniteTimeSpan;
    }

    /// <summary>All limits and timeouts, none of which is reached, and ten routes of which the last one matches.</summary>
    private static void WithLimitsAndRoutes(LoadBalancingOptions options, string[] addresses)
    {
        options.Endpoints = [.. addresses];
        options.TimeoutCoversBody = true;
        options.BodyIdleTimeout = TimeSpan.FromSeconds(10);
        options.ConnectionPool.MaxRequests = 1000;
        options.ConnectionPool.MaxRequestsPerEndpoint = 500;
        options.ConnectionPool.MaxPendingRequests = 100;
        options.ConnectionPool.PendingTimeout = TimeSpan.FromSeconds(1);
        options.ConnectionPool.MaxConcurrentRetries = 10;
        options.ConnectionPool.AdaptiveLimit = new AdaptiveLimitOptions();
        options.Routes =
        [
            .. Enumerable.Range(1, 9).Select(
                static i => new RequestRouteOptions { Name = $"other{i}", Match = [new() { PathPrefix = $"/other/{i}/" }], Timeout = TimeSpan.FromSeconds(i) }),
            new() { Name = "items", Match = [new() { PathPrefix = "/items/" }], Timeout = TimeSpan.FromSeconds(20), Retry = new() { MaxRetries = 3 } },
        ];
    }

    private sealed class NoOpHandler : DelegatingHandler;

    /// <summary>The minimum work of a handler that rewrites addresses.</summary>
    private sealed class HandRoundRobin(string[] addresses) : DelegatingHandler
    {
        private uint _next;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string address = addresses[Interlocked.Increment(ref _next) % (uint)addresses.Length];
            request.RequestUri = new Uri(
                address + request.RequestUri!.PathAndQuery,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            return base.SendAsync(request, cancellationToken);
        }
    }
}
