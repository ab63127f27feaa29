namespace LoadBalancing.Client;

/// <summary>All DestinationRules of one namespace for one host, merged.</summary>
internal sealed class MergedDestinationRule
{
    private readonly List<DestinationRule> _rules = [];
    private readonly List<DestinationSubset> _subsets = [];

    public MergedDestinationRule(string[] names) => Names = names;

    public string[] Names { get; }

    public IReadOnlyList<DestinationRule> Rules => _rules;

    public IReadOnlyList<DestinationSubset> Subsets => _subsets;

    /// <summary>The first traffic policy; those of other rules are ignored.</summary>
    public TrafficPolicy? Policy { get; private set; }

    public void Add(DestinationRule rule, FindingList findings)
    {
        if (rule.Policy is { } policy)
        {
            if (Policy is not null)
            {
                findings.Warn(
                    policy.Location,
                    "spec.trafficPolicy",
                    $"has no effect: {FirstWithPolicy.Metadata} already has a trafficPolicy for this host; of several rules only the subsets are merged.");
            }

            Policy ??= policy;
        }

        foreach (DestinationSubset subset in rule.Subsets)
        {
            if (_subsets.FirstOrDefault(other => other.Name.Value.Equals(subset.Name.Value, StringComparison.OrdinalIgnoreCase)) is { } other)
            {
                findings.Error(
                    subset.Name.Location,
                    subset.Name.Path,
                    $"duplicate subset '{subset.Name.Value}' of this host; it is already defined at {other.Name.Location}.");
            }
            else
            {
                _subsets.Add(subset);
            }
        }

        _rules.Add(rule);
    }

    private DestinationRule FirstWithPolicy => _rules.First(static rule => rule.Policy is not null);
}
