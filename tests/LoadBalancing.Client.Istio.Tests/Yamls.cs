namespace LoadBalancing.Client.Istio.Tests;

/// <summary>Documents for tests.</summary>
internal static class Yamls
{
    public const string Foo = "foo.default.svc.cluster.local";

    /// <summary>The source material's documents, byte for byte.</summary>
    public static string Fixture(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", name));

    public static string Repaired(string name)
    {
        IstioRepairResult repair = IstioPolicyRepair.Repair(Fixture(name), name);
        Assert.Empty(repair.Problems);
        return repair.Text;
    }

    /// <summary>A rule for foo, with the policy that is given, indented by nothing.</summary>
    public static string Rule(string policy, string host = Foo, string name = "foo", string? @namespace = null) =>
        $"""
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata:
          name: {name}
          namespace: {@namespace ?? "default"}
        spec:
          host: "{host}"
          trafficPolicy:
        {Indent(policy, 4)}

        """;

    /// <summary>A service for foo with the http rules that are given, indented by nothing.</summary>
    public static string Service(string http, string host = Foo, string name = "foo") =>
        $"""
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: {name}
        spec:
          hosts:
          - "{host}"
          http:
        {Indent(http, 2)}

        """;

    public static string Documents(params string[] documents) => string.Join("---\n", documents);

    /// <summary>What documents say about foo, by key.</summary>
    public static Dictionary<string, string> Plan(string yaml, IstioClientOptions? identity = null, string service = Foo)
    {
        IstioPolicySet set = IstioPolicySet.Parse(identity ?? new IstioClientOptions(), yaml, "p.yaml");
        Assert.DoesNotContain(set.Findings, static finding => finding.Severity == IstioFindingSeverity.Error);
        IstioServicePolicy? policy = set.Find(service);
        return policy?.Values.ToDictionary(static value => value.Key, static value => value.Value) ?? [];
    }

    /// <summary>The errors of documents, each as one line.</summary>
    public static string[] Errors(string yaml, IstioClientOptions? identity = null) => Lines(yaml, IstioFindingSeverity.Error, identity);

    public static string[] Warnings(string yaml, IstioClientOptions? identity = null) => Lines(yaml, IstioFindingSeverity.Warning, identity);

    public static string Indent(string text, int by) => string.Join('\n', text.TrimEnd().Split('\n').Select(line => line.Length == 0 ? line : new string(' ', by) + line));

    private static string[] Lines(string yaml, IstioFindingSeverity severity, IstioClientOptions? identity) =>
        [.. IstioPolicySet.Parse(identity ?? new IstioClientOptions(), yaml, "p.yaml").Findings.Where(finding => finding.Severity == severity).Select(static finding => finding.ToString())];
}
