namespace LoadBalancing.Client.Istio.Tests.Lookup;

/// <summary>Which documents count for which host.</summary>
public sealed class HostTests
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
    public void A_host_is_known_by_all_of_its_names(string ofDocument, string called, bool counts) =>
        Assert.Equal(counts, Yamls.Plan(Yamls.Rule("loadBalancer: {simple: RANDOM}", host: ofDocument), service: called).Count > 0);

    [Fact]
    public void The_most_specific_host_wins()
    {
        string text = Yamls.Documents(
            Yamls.Rule("loadBalancer: {simple: RANDOM}", "*.svc.cluster.local", "all"),
            Yamls.Rule("loadBalancer: {simple: ROUND_ROBIN}", "*.default.svc.cluster.local", "namespace"),
            Yamls.Rule("loadBalancer: {consistentHash: {useSourceIp: true}}", "foo", "one"));

        Assert.Equal("RingHash", Yamls.Plan(text, service: "foo")["Strategy"]);
        Assert.Equal("RoundRobin", Yamls.Plan(text, service: "bar")["Strategy"]);
        Assert.Equal("Random", Yamls.Plan(text, new IstioClientOptions(), "bar.default.svc.cluster.local".Replace("default", "default.x", StringComparison.Ordinal))["Strategy"]);
    }

    [Fact]
    public void Rules_of_the_client_s_namespace_go_first_then_those_of_the_service_s_then_those_for_all()
    {
        string Rule(string strategy, string @namespace) => Yamls.Rule($"loadBalancer: {{simple: {strategy}}}", "foo.shop.svc.cluster.local", "foo", @namespace);
        string[] all = [Rule("RANDOM", "istio-system"), Rule("ROUND_ROBIN", "shop"), Rule("LEAST_REQUEST", "mine"), Rule("RANDOM", "elsewhere")];
        var identity = new IstioClientOptions { Namespace = "mine" };

        Assert.Equal("LeastRequest", Yamls.Plan(Yamls.Documents(all), identity, "foo.shop")["Strategy"]);
        Assert.Equal("RoundRobin", Yamls.Plan(Yamls.Documents(all[0], all[1], all[3]), identity, "foo.shop")["Strategy"]);
        Assert.Equal("Random", Yamls.Plan(Yamls.Documents(all[0], all[3]), identity, "foo.shop")["Strategy"]);
        Assert.Empty(Yamls.Plan(all[3], identity, "foo.shop"));
    }

    [Theory]
    [InlineData("exportTo: ['.']", "default", true)]
    [InlineData("exportTo: ['.']", "other", false)]
    [InlineData("exportTo: ['*']", "other", true)]
    [InlineData("exportTo: [other]", "other", true)]
    [InlineData("workloadSelector: {matchLabels: {app: shop}}", "default", true)]
    [InlineData("workloadSelector: {matchLabels: {app: bank}}", "default", false)]
    public void A_document_counts_for_those_whom_it_names(string field, string @namespace, bool counts)
    {
        string text = Yamls.Rule("loadBalancer: {simple: RANDOM}") + $"  {field}\n";

        Assert.Equal(counts, Yamls.Plan(text, new IstioClientOptions { Namespace = @namespace, Labels = { ["app"] = "shop" } }).Count > 0);
    }

    [Fact]
    public void A_service_with_another_name_here_says_which_host_it_is() =>
        Assert.Equal("Random", Yamls.Plan(Yamls.Rule("loadBalancer: {simple: RANDOM}"), new IstioClientOptions { Hosts = { ["client-of-foo"] = "foo" } }, "client-of-foo")["Strategy"]);

    [Fact]
    public void A_service_for_gateways_only_counts_for_no_client()
    {
        string text = Yamls.Service("- route:\n  - destination: {host: foo}") + "  gateways: [edge]\n";

        Assert.Empty(Yamls.Plan(text));
        Assert.NotEmpty(Yamls.Plan(text.Replace("[edge]", "[edge, mesh]", StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_wildcards_of_virtual_services_the_longest_counts()
    {
        string text = Yamls.Documents(
            Yamls.Service("- timeout: 1s\n  route:\n  - destination: {host: foo}", "*.svc.cluster.local", "all"),
            Yamls.Service("- timeout: 2s\n  route:\n  - destination: {host: foo}", "*.default.svc.cluster.local", "some"));

        Assert.Equal("2s", Yamls.Plan(text)["Routes:0:Timeout"]);
    }
}
