namespace LoadBalancing.Client.Istio.Tests.Mapping;

/// <summary>Endpoints from ServiceEntries and WorkloadEntries.</summary>
public sealed class ServiceEntryPlanTests
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
    public void Endpoints_are_those_of_the_entry_at_the_port_s_target(string key, string value) =>
        Assert.Equal(value, Yamls.Plan(Entry + Own, service: "catalog.example.com")[key]);

    [Fact]
    public void The_port_at_which_the_service_is_called_chooses_among_those_of_the_entry() =>
        Assert.Equal("https://10.0.0.1:443", Yamls.Plan(Entry + Own, new IstioClientOptions { Ports = { ["catalog.example.com"] = 443 } }, "catalog.example.com")["Endpoints:0:Address"]);

    [Fact]
    public void Workloads_are_chosen_by_their_labels()
    {
        const string Workload = """
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: NAME}
            spec:
              address: ADDRESS
              labels: {app: APP}

            """;
        string text = Yamls.Documents(
            Entry + "  workloadSelector:\n    labels: {app: catalog}\n",
            Workload.Replace("NAME", "a", StringComparison.Ordinal).Replace("ADDRESS", "10.0.0.7", StringComparison.Ordinal).Replace("APP", "catalog", StringComparison.Ordinal),
            Workload.Replace("NAME", "b", StringComparison.Ordinal).Replace("ADDRESS", "10.0.0.8", StringComparison.Ordinal).Replace("APP", "other", StringComparison.Ordinal));

        Dictionary<string, string> plan = Yamls.Plan(text, service: "catalog.example.com");

        Assert.Equal("http://10.0.0.7:8080", plan["Endpoints:0:Address"]);
        Assert.False(plan.ContainsKey("Endpoints:1:Address"));
    }

    [Fact]
    public void With_names_and_without_endpoints_the_host_itself_is_looked_up() =>
        Assert.Equal("http://catalog.example.com:8080", Yamls.Plan(Entry.Replace("STATIC", "DNS", StringComparison.Ordinal), service: "catalog.example.com")["Endpoints:0:Address"]);

    [Theory]
    [InlineData("resolution: STATIC", "resolution: NONE", "refused: NONE sends a request to the address that its caller has looked up")]
    [InlineData("resolution: STATIC", "resolution: DYNAMIC_DNS", "refused: DYNAMIC_DNS")]
    [InlineData("  resolution: STATIC\n", "", "'resolution' is missing, which means NONE, and that is refused")]
    [InlineData("10.0.0.1", "catalog.local", "'catalog.local' is not an IP address")]
    [InlineData("10.0.0.1", "unix:///run/catalog", "refused: the sockets of this machine")]
    public void What_has_no_meaning_here_is_refused(string old, string @new, string message) =>
        Assert.Contains(Yamls.Errors((Entry + Own).Replace(old, @new, StringComparison.Ordinal)), error => error.Contains(message, StringComparison.Ordinal));
}
