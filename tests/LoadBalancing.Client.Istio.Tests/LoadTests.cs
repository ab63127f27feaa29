using System.Diagnostics;
using System.Text;

namespace LoadBalancing.Client.Istio.Tests;

/// <summary>The time to read many documents.</summary>
public sealed class LoadTests
{
    [Fact]
    public void Thousand_documents_are_read_within_seconds()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 500; i++)
        {
            const string Policy = """
                connectionPool: {http: {http2MaxRequests: 50, maxRetries: 3}}
                outlierDetection:
                  consecutive5xxErrors: 5
                  interval: 10s
                """;
            string http = $$$"""
                - match:
                  - uri: {prefix: /a}
                  - uri: {exact: /b}
                    headers: {x-user: {exact: u}}
                  timeout: 2s
                  retries: {attempts: 3, retryOn: 5xx}
                  route:
                  - destination: {host: service-{{{i}}}}
                - route:
                  - destination: {host: service-{{{i}}}}
                """;
            text.Append(Yamls.Rule(Policy, $"service-{i}", $"service-{i}")).Append("---\n");
            text.Append(Yamls.Service(http, $"service-{i}", $"service-{i}")).Append("---\n");
        }

        long began = Stopwatch.GetTimestamp();
        IstioPolicySet set = IstioPolicySet.Parse(new IstioClientOptions(), text.ToString());
        int mapped = set.Hosts.Count(host => set.Find(host) is not null);
        TimeSpan took = Stopwatch.GetElapsedTime(began);

        TestContext.Current.TestOutputHelper?.WriteLine($"{set.DocumentCount} documents, {mapped} hosts: {took.TotalMilliseconds:F0} ms");
        Assert.Equal((1000, 500, false), (set.DocumentCount, mapped, set.HasErrors));
        Assert.True(took < TimeSpan.FromSeconds(20), $"{took}");
    }
}
