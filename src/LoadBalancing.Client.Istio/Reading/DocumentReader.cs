namespace LoadBalancing.Client;

/// <summary>Reads documents by their kinds. What is another's is noted and left.</summary>
internal sealed class DocumentReader
{
    private const string Group = "networking.istio.io/";

    private static readonly string[] Versions = ["v1alpha3", "v1beta1", "v1"];

    private readonly Dictionary<(string Kind, string Namespace, string Name), DocumentMetadata> _seen = [];
    private readonly string _defaultNamespace;
    private readonly FindingList _findings;

    public DocumentReader(string ownNamespace, FindingList findings)
    {
        _defaultNamespace = ownNamespace;
        _findings = findings;
    }

    public List<DestinationRule> DestinationRules { get; } = [];

    public List<VirtualService> VirtualServices { get; } = [];

    public List<ServiceEntry> ServiceEntries { get; } = [];

    public List<WorkloadEntry> WorkloadEntries { get; } = [];

    public int DocumentCount { get; private set; }

    /// <summary>For whom a document counts, by the fields of its spec.</summary>
    public static Visibility ReadVisibility(FieldReader spec, bool hasSelector = true)
    {
        IReadOnlyList<Located<string>> exportTo = spec.Texts("exportTo");
        IReadOnlyList<(string, Located<string>)> labels = [];
        if (hasSelector && spec.Section("workloadSelector") is { } selector)
        {
            labels = selector.Labels("matchLabels");
            selector.ReportUnknownFields();
        }

        return new Visibility(exportTo, labels);
    }

    public void Read(YamlMapping root)
    {
        DocumentCount++;
        var fields = new FieldReader(root, "", _findings);
        Located<string>? version = fields.RequiredText("apiVersion", "networking.istio.io/v1");
        Located<string>? kind = fields.RequiredText("kind", "DestinationRule");
        if (version is not { } given || kind is not { } known)
        {
            return;
        }

        bool isOurs = known.Value is "DestinationRule" or "VirtualService" or "ServiceEntry" or "WorkloadEntry";
        if (!isOurs || !given.Value.StartsWith(Group, StringComparison.Ordinal))
        {
            _findings.Note(root.Location, "", $"a {known.Value} ({given.Value}) is skipped; read here are DestinationRule, VirtualService, ServiceEntry and WorkloadEntry of networking.istio.io.{Typography.Hint(known.Value)}");
            return;
        }

        if (!Versions.Contains(given.Value[Group.Length..]))
        {
            fields.Error(given, $"'{given.Value}' is not known; known are {string.Join(", ", Versions.Select(static version => Group + version))}.");
        }

        if (ReadMetadata(fields, root, known.Value) is not { } read)
        {
            return;
        }

        (DocumentMetadata head, IReadOnlyList<(string, Located<string>)> labels) = read;
        fields.Ignore("status");
        FieldReader? spec = fields.Section("spec");
        if (spec is null && !fields.Has("spec"))
        {
            fields.Error("'spec' is missing.");
        }

        fields.ReportUnknownFields();
        if (spec is not null)
        {
            ReadSpec(head, spec, labels);
        }
    }

    private void ReadSpec(DocumentMetadata head, FieldReader spec, IReadOnlyList<(string, Located<string>)> labels)
    {
        switch (head.Kind)
        {
            case "DestinationRule":
                if (DestinationRuleReader.Read(head, spec) is { } rule)
                {
                    DestinationRules.Add(rule);
                }

                break;
            case "VirtualService":
                VirtualServices.Add(VirtualServiceReader.Read(head, spec));
                break;
            case "ServiceEntry":
                ServiceEntries.Add(ServiceEntryReader.Read(head, spec));
                break;
            default:
                WorkloadEntries.Add(ServiceEntryReader.Read(head, spec, labels));
                break;
        }
    }

    private (DocumentMetadata Head, IReadOnlyList<(string, Located<string>)> Labels)? ReadMetadata(FieldReader fields, YamlMapping root, string kind)
    {
        if (fields.Section("metadata") is not { } metadata)
        {
            if (!fields.Has("metadata"))
            {
                fields.Error("'metadata' is missing; it has a name, like metadata: { name: catalog }.");
            }

            return null;
        }

        Located<string>? name = metadata.RequiredText("name", "catalog");
        Located<string>? @namespace = metadata.Text("namespace");
        IReadOnlyList<(string, Located<string>)> labels = kind == "WorkloadEntry" ? metadata.Map("labels") : [];
        if (name is not { } known)
        {
            return null;
        }

        var head = new DocumentMetadata(kind, known.Value, @namespace?.Value is { Length: > 0 } given ? given : _defaultNamespace, root.Location);
        (string, string, string) key = (head.Kind, head.Namespace, head.Name);
        if (_seen.TryGetValue(key, out DocumentMetadata? other))
        {
            _findings.Error(known.Location, "metadata.name", $"there are two documents {head.Kind} {head.Namespace}/{head.Name}: this one and the one at {other.Location}. A name is given once.");
        }
        else
        {
            _seen.Add(key, head);
        }

        return (head, labels);
    }
}
