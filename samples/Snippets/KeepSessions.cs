using System.Net;
using LoadBalancing.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

/// <summary>The code of docs/how-to/keep-requests-together.md.</summary>
internal static class KeepSessions
{
    public static void ByHeader(IServiceCollection services)
    {
        // begin-snippet: hash-by-header
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1:8080", "http://10.0.0.2:8080", "http://10.0.0.3:8080"];
            options.Strategy = LoadBalancingStrategies.Maglev;
            options.HashPolicies = [new HashPolicyOptions { Header = "X-Tenant" }];
        });
        // end-snippet
    }

    public static void Bounded(IServiceCollection services)
    {
        // begin-snippet: hash-bounded
        services.AddLoadBalancedHttpClient("catalog", options =>
        {
            options.Endpoints = ["http://10.0.0.1:8080", "http://10.0.0.2:8080", "http://10.0.0.3:8080"];
            options.Strategy = LoadBalancingStrategies.RingHash;
            options.HashPolicies = [new HashPolicyOptions { QueryParameter = "product" }];
            options.ConsistentHash.HashBalanceFactor = 125;
        });
        // end-snippet
    }

    public static async Task<string> OfUserAsync(HttpClient catalog, string user, CancellationToken cancellationToken)
    {
        // begin-snippet: hash-key
        using var request = new HttpRequestMessage(HttpMethod.Get, "/cart");
        request.LoadBalancing().HashKey(user);
        using HttpResponseMessage response = await catalog.SendAsync(request, cancellationToken);
        // end-snippet
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    public static HttpRequestMessage OnBehalfOf(IPAddress caller)
    {
        // begin-snippet: caller-address
        var request = new HttpRequestMessage(HttpMethod.Get, "/cart");
        request.LoadBalancing().CallerAddress(caller);
        // end-snippet
        return request;
    }

    public static async Task JobAsync(HttpClient catalog, CancellationToken cancellationToken)
    {
        // begin-snippet: affinity-session
        var session = new AffinityCookieJar();
        for (int page = 1; page <= 3; page++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/export?page={page}");
            request.LoadBalancing().CallerContext(session);
            using HttpResponseMessage response = await catalog.SendAsync(request, cancellationToken);
        }

        // end-snippet
    }
}
