namespace LoadBalancing.Client;

/// <summary>Reads documents by their kinds. What is another's is noted and left.</summary>
internal sealed class DocumentReader
{
    private const string Group = "networking.istio.io/";

    private static readonly string[] Versions = ["v1alpha3", "v1beta1", "v1"];

    private readonly Dictionary<(string Kind, string Namespace, string Name), DocumentHead> _seen = [];
    private readonly string _ownNamespace;
    private readonly FindingList _findings;

    public DocumentReader(string ownNamespace, FindingList findings)
    {
        _ownNamespace = ownNamespace;
        _findings = findings;
    }

    public List<DestinationRule> DestinationRules { get; } = [];

    public List<VirtualService> VirtualServices { get; } = [];

    public List<ServiceEntry> ServiceEntries { get; } = [];

    public List<WorkloadEntry> WorkloadEntries { get; } = [];

    public int Documents { get; private set; }

    /// <summary>For whom a document counts, by the fields of its spec.</summary>
    public static Visibility ReadVisibility(Fields spec, bool hasSelector = true)
    {
        IReadOnlyList<Given<string>> exportTo = spec.Texts("exportTo");
        IReadOnlyList<(string, Given<string>)> labels = [];
        if (hasSelector && spec.Section("workloadSelector") is { } selector)
        {
            labels = selector.Labels("matchLabels");
            selector.Done();
        }

        return new Visibility(exportTo, labels);
    }

    public void Read(YamlMapping root)
    {
        Documents++;
        var fields = new Fields(root, "", _findings);
        Given<string>? version = fields.RequiredText("apiVersion", "networking.istio.io/v1");
        Given<string>? kind = fields.RequiredText("kind", "DestinationRule");
        if (version is not { } given || kind is not { } known)
        {
            return;
        }

        bool isOurs = known.Value is "DestinationRule" or "VirtualService" or "ServiceEntry" or "WorkloadEntry";
        if (!isOurs || !given.Value.StartsWith(Group, StringComparison.Ordinal))
        {
            _findings.Note(root.Place, "", $"a {known.Value} ({given.Value}) is skipped; read here are DestinationRule, VirtualService, ServiceEntry and WorkloadEntry of networking.istio.io.{Typography.Hint(known.Value)}");
            return;
        }

        if (!Versions.Contains(given.Value[Group.Length..]))
        {
            fields.Error(given, $"'{given.Value}' is not known; known are {string.Join(", ", Versions.Select(static version => Group + version))}.");
        }

        if (ReadHead(fields, root, known.Value) is not { } read)
        {
            return;
        }

        (DocumentHead head, IReadOnlyList<(string, Given<string>)> labels) = read;
        fields.Skip("status");
        Fields? spec = fields.Section("spec");
        if (spec is null && !fields.Has("spec"))
        {
            fields.Error("'spec' is missing.");
        }

        fields.Done();
        if (spec is not null)
        {
            ReadSpec(head, spec, labels);
        }
    }

    private void ReadSpec(DocumentHead head, Fields spec, IReadOnlyList<(string, Given<string>)> labels)
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

    private (DocumentHead Head, IReadOnlyList<(string, Given<string>)> Labels)? ReadHead(Fields fields, YamlMapping root, string kind)
    {
        if (fields.Section("metadata") is not { } metadata)
        {
            if (!fields.Has("metadata"))
            {
                fields.Error("'metadata' is missing; it has a name, like metadata: { name: catalog }.");
            }

            return null;
        }

        Given<string>? name = metadata.RequiredText("name", "catalog");
        Given<string>? @namespace = metadata.Text("namespace");
        IReadOnlyList<(string, Given<string>)> labels = kind == "WorkloadEntry" ? metadata.Map("labels") : [];
        if (name is not { } known)
        {
            return null;
        }

        var head = new DocumentHead(kind, known.Value, @namespace?.Value is { Length: > 0 } given ? given : _ownNamespace, root.Place);
        (string, string, string) key = (head.Kind, head.Namespace, head.Name);
        if (_seen.TryGetValue(key, out DocumentHead? other))
        {
            _findings.Error(known.Place, "metadata.name", $"there are two documents {head.Kind} {head.Namespace}/{head.Name}: this one and the one at {other.Place}. A name is given once.");
        }
        else
        {
            _seen.Add(key, head);
        }

        return (head, labels);
    }
}
