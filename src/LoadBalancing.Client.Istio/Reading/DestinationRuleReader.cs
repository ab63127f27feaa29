namespace LoadBalancing.Client;

/// <summary>Reads the spec of a DestinationRule.</summary>
internal static class DestinationRuleReader
{
    public static DestinationRule? Read(DocumentMetadata head, FieldReader spec)
    {
        Located<string>? host = spec.Validate(
            spec.RequiredText("host", "catalog.default.svc.cluster.local"),
            static host => FieldValidators.Host(host, mayBeWildcard: true));
        TrafficPolicy? policy = TrafficPolicyReader.Read(spec, "trafficPolicy");
        var subsets = new List<DestinationSubset>();
        foreach (FieldReader fields in spec.Sections("subsets"))
        {
            Located<string>? name = fields.Validate(fields.RequiredText("name", "v1"), FieldValidators.SubsetName);
            IReadOnlyList<(string, Located<string>)> labels = fields.Labels("labels");
            TrafficPolicy? own = TrafficPolicyReader.Read(fields, "trafficPolicy");
            fields.ReportUnknownFields();
            if (name is not { } known)
            {
                continue;
            }

            if (subsets.Any(subset => subset.Name.Value.Equals(known.Value, StringComparison.OrdinalIgnoreCase)))
            {
                fields.Error(known, $"duplicate subset '{known.Value}'; subset names are unique, regardless of case.");
            }

            if (labels.Count == 0)
            {
                fields.Error(known, $"subset '{known.Value}' requires at least one label, for example version: v1.");
            }

            subsets.Add(new DestinationSubset(known, labels, own));
        }

        Visibility visibility = DocumentReader.ReadVisibility(spec);
        spec.ReportUnknownFields();
        return host is { } given ? new DestinationRule(head, given, policy, subsets, visibility) : null;
    }
}
