namespace LoadBalancing.Client;

/// <summary>Reads documents by kind. Documents of other kinds are skipped with a note.</summary>
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

    /// <summary>Reads the fields of a spec that restrict the clients it applies to.</summary>
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

        bool isSupported = known.Value is "DestinationRule" or "VirtualService" or "ServiceEntry" or "WorkloadEntry";
        if (!isSupported || !given.Value.StartsWith(Group, StringComparison.Ordinal))
        {
            _findings.Note(
                root.Location,
                "",
                $"{known.Value} ({given.Value}) is skipped; only DestinationRule, VirtualService, ServiceEntry and WorkloadEntry of "
                + "networking.istio.io are read."
                    + Typography.Hint(known.Value));
            return;
        }

        if (!Versions.Contains(given.Value[Group.Length..]))
        {
            string supported = string.Join(", ", Versions.Select(static version => Group + version));
            fields.Error(given, $"unknown version '{given.Value}'; supported versions: {supported}.");
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
            fields.Error("'spec' is required.");
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
                fields.Error("'metadata' is required, for example metadata: { name: catalog }.");
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
            _findings.Error(
                known.Location,
                "metadata.name",
                $"duplicate document {head.Kind} {head.Namespace}/{head.Name}; it is already defined at {other.Location}.");
        }
        else
        {
            _seen.Add(key, head);
        }

        return (head, labels);
    }
}
