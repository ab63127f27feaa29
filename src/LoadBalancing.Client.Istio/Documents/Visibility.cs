namespace LoadBalancing.Client;

/// <summary>The clients to which a document applies.</summary>
/// <param name="ExportTo">Namespaces; empty or <c>*</c>: all; <c>.</c>: the document's own.</param>
/// <param name="Labels">Labels that the client must have; empty: none.</param>
internal sealed record Visibility(IReadOnlyList<Located<string>> ExportTo, IReadOnlyList<(string Key, Located<string> Value)> Labels)
{
    public bool IsVisibleTo(string ownNamespace, IstioClientOptions client) =>
        (ExportTo.Count == 0 || ExportTo.Any(to => to.Value == "*" || to.Value == client.Namespace || (to.Value == "." && ownNamespace == client.Namespace)))
        && Labels.All(label => client.Labels.TryGetValue(label.Key, out string? value) && value == label.Value.Value);
}
