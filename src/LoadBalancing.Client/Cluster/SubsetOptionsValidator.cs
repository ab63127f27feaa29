namespace LoadBalancing.Client;

/// <summary>Validates subsets. A subset is a cluster of its own, so the rules for cluster policies apply to it too.</summary>
internal static class SubsetOptionsValidator
{
    /// <param name="options">The options of the service.</param>
    /// <param name="errors">Receives the errors.</param>
    /// <param name="validatePolicies">Validates cluster policies.</param>
    public static void Validate(LoadBalancingOptions options, ValidationErrors errors, Action<LoadBalancingOptions, ValidationErrors> validatePolicies)
    {
        foreach ((string name, SubsetOptions subset) in options.Subsets)
        {
            ValidationErrors subsetErrors = errors.ForSection("Subsets");
            if (string.IsNullOrEmpty(name) || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                subsetErrors.Add(name, "it is not a valid subset name; use only letters, digits, hyphens, dots and underscores, like 'v2'.");
            }

            if (options.Subsets.Keys.TakeWhile(earlier => earlier != name).Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                subsetErrors.Add(name, "another subset has a name that differs only in case; names must be unique.");
            }

            if (subset is null)
            {
                subsetErrors.Add(name, "it is null; set Labels, or remove it.");
                continue;
            }

            CheckSubset(subset, options, subsetErrors.ForSection(name), validatePolicies);
        }
    }

    private static void CheckSubset(
        SubsetOptions subset,
        LoadBalancingOptions options,
        ValidationErrors errors,
        Action<LoadBalancingOptions, ValidationErrors> validatePolicies)
    {
        if (subset.Labels is not { Count: > 0 } || subset.Labels.Any(static label => string.IsNullOrEmpty(label.Key) || label.Value is null))
        {
            errors.Add("Labels", "no label is set, or one of them has no name or no value; a subset needs at least one, like version = v2.");
        }

        // Only the subset's own values: errors of the service are reported once.
        validatePolicies(subset.Over(new LoadBalancingOptions { Endpoints = options.Endpoints }), errors);
    }
}
