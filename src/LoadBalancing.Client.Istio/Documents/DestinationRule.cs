namespace LoadBalancing.Client;

/// <summary>How a host's endpoints are used: <c>kind: DestinationRule</c>.</summary>
internal sealed record DestinationRule(
    DocumentHead Head,
    Given<string> Host,
    TrafficPolicy? Policy,
    IReadOnlyList<DestinationSubset> Subsets,
    Visibility Visibility);

/// <summary>A part of a host's endpoints, by labels.</summary>
internal sealed record DestinationSubset(Given<string> Name, IReadOnlyList<(string Key, Given<string> Value)> Labels, TrafficPolicy? Policy);

/// <summary>For whom a document counts.</summary>
/// <param name="ExportTo">Namespaces; empty and <c>*</c>: all; <c>.</c>: its own.</param>
/// <param name="Labels">What the client's labels must have; empty: nothing.</param>
internal sealed record Visibility(IReadOnlyList<Given<string>> ExportTo, IReadOnlyList<(string Key, Given<string> Value)> Labels)
{
    public bool Includes(string ownNamespace, IstioIdentity client) =>
        (ExportTo.Count == 0 || ExportTo.Any(to => to.Value == "*" || to.Value == client.Namespace || (to.Value == "." && ownNamespace == client.Namespace)))
        && Labels.All(label => client.Labels.TryGetValue(label.Key, out string? value) && value == label.Value.Value);
}
