using System.Diagnostics;
using System.Text;

namespace LoadBalancing.Client.Istio.Tests;

/// <summary>Many documents.</summary>
public sealed class LoadTests
{
    [Fact]
    public void A_thousand_documents_are_read_in_seconds()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 500; i++)
        {
            text.Append(Yamls.Rule("connectionPool: {http: {http2MaxRequests: 50, maxRetries: 3}}\noutlierDetection:\n  consecutive5xxErrors: 5\n  interval: 10s", $"service-{i}", $"service-{i}")).Append("---\n");
            text.Append(Yamls.Service($"- match:\n  - uri: {{prefix: /a}}\n  - uri: {{exact: /b}}\n    headers: {{x-user: {{exact: u}}}}\n  timeout: 2s\n  retries: {{attempts: 3, retryOn: 5xx}}\n  route:\n  - destination: {{host: service-{i}}}\n- route:\n  - destination: {{host: service-{i}}}", $"service-{i}", $"service-{i}")).Append("---\n");
        }

        long began = Stopwatch.GetTimestamp();
        IstioPolicySet set = IstioPolicySet.Parse(new IstioClientOptions(), text.ToString());
        int planned = set.Hosts.Count(host => set.Find(host) is not null);
        TimeSpan took = Stopwatch.GetElapsedTime(began);

        TestContext.Current.TestOutputHelper?.WriteLine($"{set.DocumentCount} documents, {planned} hosts: {took.TotalMilliseconds:F0} ms");
        Assert.Equal((1000, 500, false), (set.DocumentCount, planned, set.HasErrors));
        Assert.True(took < TimeSpan.FromSeconds(20), $"{took}");
    }
}
