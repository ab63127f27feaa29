namespace LoadBalancing.Client.Istio.Tests;

/// <summary>Builds and reads documents for tests.</summary>
internal static class Yamls
{
    public const string Foo = "foo.default.svc.cluster.local";

    /// <summary>A fixture: a document as published, byte for byte.</summary>
    public static string Fixture(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", name));

    public static string Repaired(string name)
    {
        IstioRepairResult repair = IstioPolicyRepair.Repair(Fixture(name), name);
        Assert.Empty(repair.Problems);
        return repair.Text;
    }

    /// <summary>A DestinationRule for foo with a policy, given without indentation.</summary>
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

    /// <summary>A VirtualService for foo with http rules, given without indentation.</summary>
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

    /// <summary>The values that documents set for a service, by key.</summary>
    public static Dictionary<string, string> Map(string yaml, IstioClientOptions? client = null, string service = Foo)
    {
        IstioPolicySet set = IstioPolicySet.Parse(client ?? new IstioClientOptions(), yaml, "p.yaml");
        Assert.DoesNotContain(set.Findings, static finding => finding.Severity == IstioFindingSeverity.Error);
        IstioServicePolicy? policy = set.Find(service);
        return policy?.Values.ToDictionary(static value => value.Key, static value => value.Value) ?? [];
    }

    /// <summary>The errors of documents, each on one line.</summary>
    public static string[] Errors(string yaml, IstioClientOptions? client = null) => Lines(yaml, IstioFindingSeverity.Error, client);

    public static string[] Warnings(string yaml, IstioClientOptions? client = null) => Lines(yaml, IstioFindingSeverity.Warning, client);

    public static string Indent(string text, int by) =>
        string.Join('\n', text.TrimEnd().Split('\n').Select(line => line.Length == 0 ? line : new string(' ', by) + line));

    private static string[] Lines(string yaml, IstioFindingSeverity severity, IstioClientOptions? client)
    {
        IstioPolicySet set = IstioPolicySet.Parse(client ?? new IstioClientOptions(), yaml, "p.yaml");
        return [.. set.Findings.Where(finding => finding.Severity == severity).Select(static finding => finding.ToString())];
    }
}
