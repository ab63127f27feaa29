namespace LoadBalancing.Client.Istio.Tests.Mapping;

/// <summary>Endpoints from ServiceEntries and WorkloadEntries.</summary>
public sealed class ServiceEntryMappingTests
{
    private const string Entry = """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: catalog}
        spec:
          hosts: [catalog.example.com]
          ports:
          - {number: 80, name: http, protocol: HTTP, targetPort: 8080}
          - {number: 443, name: secure, protocol: HTTPS}
          resolution: STATIC

        """;

    private const string Own = """
          endpoints:
          - address: 10.0.0.1
            ports: {http: 9090}
            weight: 3
            locality: eu/a
            labels: {version: v1}
          - address: "2001:db8::1"

        """;

    [Theory]
    [InlineData("Endpoints:0:Address", "http://10.0.0.1:9090")]
    [InlineData("Endpoints:0:Weight", "3")]
    [InlineData("Endpoints:0:Locality", "eu/a")]
    [InlineData("Endpoints:0:Labels:version", "v1")]
    [InlineData("Endpoints:1:Address", "http://[2001:db8::1]:8080")]
    public void Endpoints_use_the_target_port_of_the_entry(string key, string value) =>
        Assert.Equal(value, Yamls.Map(Entry + Own, service: "catalog.example.com")[key]);

    [Fact]
    public void Port_of_the_service_selects_the_port_of_the_entry() =>
        Assert.Equal(
            "https://10.0.0.1:443",
            Yamls.Map(Entry + Own, new IstioClientOptions { Ports = { ["catalog.example.com"] = 443 } }, "catalog.example.com")["Endpoints:0:Address"]);

    [Fact]
    public void Workloads_are_selected_by_their_labels()
    {
        static string Workload(string name, string address, string app) => $$"""
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: {{name}}}
            spec:
              address: {{address}}
              labels: {app: {{app}}}

            """;
        string text = Yamls.Documents(
            Entry + "  workloadSelector:\n    labels: {app: catalog}\n",
            Workload("a", "10.0.0.7", "catalog"),
            Workload("b", "10.0.0.8", "other"));

        Dictionary<string, string> values = Yamls.Map(text, service: "catalog.example.com");

        Assert.Equal("http://10.0.0.7:8080", values["Endpoints:0:Address"]);
        Assert.False(values.ContainsKey("Endpoints:1:Address"));
    }

    [Fact]
    public void Host_is_resolved_if_a_dns_entry_has_no_endpoints() =>
        Assert.Equal(
            "http://catalog.example.com:8080",
            Yamls.Map(Entry.Replace("STATIC", "DNS", StringComparison.Ordinal), service: "catalog.example.com")["Endpoints:0:Address"]);

    [Theory]
    [InlineData("resolution: STATIC", "resolution: NONE", "not supported: NONE uses the address that the caller resolved")]
    [InlineData("resolution: STATIC", "resolution: DYNAMIC_DNS", "not supported: DYNAMIC_DNS")]
    [InlineData("  resolution: STATIC\n", "", "'resolution' is required: the default, NONE, is not supported")]
    [InlineData("10.0.0.1", "catalog.local", "'catalog.local' is not an IP address")]
    [InlineData("10.0.0.1", "unix:///run/catalog", "not supported: an HttpClient requires a ConnectCallback")]
    public void Unsupported_values_are_rejected(string old, string @new, string message) =>
        Assert.Contains(Yamls.Errors((Entry + Own).Replace(old, @new, StringComparison.Ordinal)), error => error.Contains(message, StringComparison.Ordinal));
}
