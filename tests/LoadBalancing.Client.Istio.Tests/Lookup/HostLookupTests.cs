namespace LoadBalancing.Client.Istio.Tests.Lookup;

/// <summary>Which documents apply to which host.</summary>
public sealed class HostLookupTests
{
    [Theory]
    [InlineData("foo", "foo", true)]
    [InlineData("foo", "foo.default", true)]
    [InlineData("foo", "foo.default.svc", true)]
    [InlineData("foo", "foo.default.svc.cluster.local", true)]
    [InlineData("foo.default", "foo", true)]
    [InlineData("foo.default.svc.cluster.local", "FOO", true)]
    [InlineData("foo", "foo.other", false)]
    [InlineData("foo.other", "foo.other.svc.cluster.local", true)]
    [InlineData("example.com", "example.com", true)]
    [InlineData("*.default.svc.cluster.local", "foo", true)]
    [InlineData("*.other.svc.cluster.local", "foo", false)]
    [InlineData("*", "foo", true)]
    [InlineData("*.example.com", "a.b.example.com", true)]
    [InlineData("*.example.com", "example.com", false)]
    public void Host_matches_by_all_of_its_names(string documentHost, string service, bool applies) =>
        Assert.Equal(applies, Yamls.Map(Yamls.Rule("loadBalancer: {simple: RANDOM}", host: documentHost), service: service).Count > 0);

    [Fact]
    public void Most_specific_host_wins()
    {
        string text = Yamls.Documents(
            Yamls.Rule("loadBalancer: {simple: RANDOM}", "*.svc.cluster.local", "all"),
            Yamls.Rule("loadBalancer: {simple: ROUND_ROBIN}", "*.default.svc.cluster.local", "namespace"),
            Yamls.Rule("loadBalancer: {consistentHash: {useSourceIp: true}}", "foo", "one"));

        Assert.Equal("RingHash", Yamls.Map(text, service: "foo")["Strategy"]);
        Assert.Equal("RoundRobin", Yamls.Map(text, service: "bar")["Strategy"]);
        Assert.Equal("Random", Yamls.Map(text, service: "bar.default.x.svc.cluster.local")["Strategy"]);
    }

    [Fact]
    public void Rules_of_the_client_namespace_precede_those_of_the_service_and_of_the_root_namespace()
    {
        string Rule(string strategy, string @namespace) => Yamls.Rule($"loadBalancer: {{simple: {strategy}}}", "foo.shop.svc.cluster.local", "foo", @namespace);
        string[] all = [Rule("RANDOM", "istio-system"), Rule("ROUND_ROBIN", "shop"), Rule("LEAST_REQUEST", "mine"), Rule("RANDOM", "elsewhere")];
        var client = new IstioClientOptions { Namespace = "mine" };

        Assert.Equal("LeastRequest", Yamls.Map(Yamls.Documents(all), client, "foo.shop")["Strategy"]);
        Assert.Equal("RoundRobin", Yamls.Map(Yamls.Documents(all[0], all[1], all[3]), client, "foo.shop")["Strategy"]);
        Assert.Equal("Random", Yamls.Map(Yamls.Documents(all[0], all[3]), client, "foo.shop")["Strategy"]);
        Assert.Empty(Yamls.Map(all[3], client, "foo.shop"));
    }

    [Theory]
    [InlineData("exportTo: ['.']", "default", true)]
    [InlineData("exportTo: ['.']", "other", false)]
    [InlineData("exportTo: ['*']", "other", true)]
    [InlineData("exportTo: [other]", "other", true)]
    [InlineData("workloadSelector: {matchLabels: {app: shop}}", "default", true)]
    [InlineData("workloadSelector: {matchLabels: {app: bank}}", "default", false)]
    public void Document_applies_to_the_clients_that_it_selects(string field, string @namespace, bool applies)
    {
        string text = Yamls.Rule("loadBalancer: {simple: RANDOM}") + $"  {field}\n";

        Assert.Equal(applies, Yamls.Map(text, new IstioClientOptions { Namespace = @namespace, Labels = { ["app"] = "shop" } }).Count > 0);
    }

    [Fact]
    public void Service_name_is_mapped_to_the_host_of_the_client_options()
    {
        var client = new IstioClientOptions { Hosts = { ["client-of-foo"] = "foo" } };

        Assert.Equal("Random", Yamls.Map(Yamls.Rule("loadBalancer: {simple: RANDOM}"), client, "client-of-foo")["Strategy"]);
    }

    [Fact]
    public void Virtual_service_for_gateways_only_applies_to_no_client()
    {
        string text = Yamls.Service("- route:\n  - destination: {host: foo}") + "  gateways: [edge]\n";

        Assert.Empty(Yamls.Map(text));
        Assert.NotEmpty(Yamls.Map(text.Replace("[edge]", "[edge, mesh]", StringComparison.Ordinal)));
    }

    [Fact]
    public void Longest_wildcard_of_virtual_services_wins()
    {
        string text = Yamls.Documents(
            Yamls.Service("- timeout: 1s\n  route:\n  - destination: {host: foo}", "*.svc.cluster.local", "all"),
            Yamls.Service("- timeout: 2s\n  route:\n  - destination: {host: foo}", "*.default.svc.cluster.local", "some"));

        Assert.Equal("2s", Yamls.Map(text)["Routes:0:Timeout"]);
    }
}
