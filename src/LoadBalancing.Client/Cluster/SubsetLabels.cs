namespace LoadBalancing.Client;

/// <summary>The labels that all endpoints of a subset have.</summary>
internal sealed class SubsetLabels
{
    private readonly KeyValuePair<string, string>[] _labels;

    public SubsetLabels(IDictionary<string, string> labels) => _labels = [.. labels];

    public bool Matches(UpstreamEndpoint endpoint) =>
        Array.TrueForAll(_labels, label => endpoint.Labels.TryGetValue(label.Key, out string? value) && value == label.Value);

    public bool Matches(EndpointDescription endpoint) =>
        endpoint.Labels is { } given && Array.TrueForAll(_labels, label => given.TryGetValue(label.Key, out string? value) && value == label.Value);

    /// <summary>Readable text, like <c>version=v2, track=canary</c>.</summary>
    public override string ToString() => Redaction.Redact(string.Join(", ", _labels.Select(static label => $"{label.Key}={label.Value}")));
}
