using LoadBalancing.Client;

namespace Snippets;

/// <summary>The code of docs/how-to/set-policies-by-route.md and docs/how-to/split-traffic.md.</summary>
internal static class SetPoliciesByRoute
{
    public static async Task ChooseAsync(HttpClient http)
    {
        // begin-snippet: set-route
        var request = new HttpRequestMessage(HttpMethod.Get, "/archive/2029");
        request.LoadBalancing().Route("reports");
        using HttpResponseMessage response = await http.SendAsync(request);
        // end-snippet
    }

    public static void Explain(IRequestPolicyExplainer policies)
    {
        // begin-snippet: explain-policy
        RequestPolicy policy = policies.Explain("catalog", new HttpRequestMessage(HttpMethod.Get, "http://catalog/reports/7"));
        Console.WriteLine(policy);
        // end-snippet
    }

    public static void Subset(ILoadBalancerProvider balancers)
    {
        // begin-snippet: subset-balancer
        LoadBalancer canary = balancers.GetLoadBalancer("catalog", "v2");
        foreach (UpstreamEndpoint endpoint in canary.Endpoints)
        {
            Console.WriteLine($"{endpoint} {endpoint.Labels["version"]}: {endpoint.Health} {endpoint.HealthReason}");
        }

        // end-snippet
    }
}
