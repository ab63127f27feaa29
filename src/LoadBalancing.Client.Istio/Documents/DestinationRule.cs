namespace LoadBalancing.Client;

/// <summary>How a host's endpoints are used: <c>kind: DestinationRule</c>.</summary>
internal sealed record DestinationRule(
    DocumentMetadata Metadata,
    Located<string> Host,
    TrafficPolicy? Policy,
    IReadOnlyList<DestinationSubset> Subsets,
    Visibility Visibility);

/// <summary>A part of a host's endpoints, by labels.</summary>
internal sealed record DestinationSubset(Located<string> Name, IReadOnlyList<(string Key, Located<string> Value)> Labels, TrafficPolicy? Policy);

/// <summary>For whom a document counts.</summary>
/// <param name="ExportTo">Namespaces; empty and <c>*</c>: all; <c>.</c>: its own.</param>
/// <param name="Labels">What the client's labels must have; empty: nothing.</param>
internal sealed record Visibility(IReadOnlyList<Located<string>> ExportTo, IReadOnlyList<(string Key, Located<string> Value)> Labels)
{
    public bool IsVisibleTo(string ownNamespace, IstioClientOptions client) =>
        (ExportTo.Count == 0 || ExportTo.Any(to => to.Value == "*" || to.Value == client.Namespace || (to.Value == "." && ownNamespace == client.Namespace)))
        && Labels.All(label => client.Labels.TryGetValue(label.Key, out string? value) && value == label.Value.Value);
}
