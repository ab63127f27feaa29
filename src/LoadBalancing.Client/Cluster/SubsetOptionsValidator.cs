namespace LoadBalancing.Client;

/// <summary>Validates the options of subsets. A subset is its own cluster, so the rules for cluster policies apply to it too.</summary>
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
                subsetErrors.Add(name, "it is not a valid subset name; a name has only letters, digits, hyphens, dots and underscores, like 'v2'.");
            }

            if (options.Subsets.Keys.TakeWhile(earlier => earlier != name).Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                subsetErrors.Add(name, "another subset has a name that differs only in case; names are case-insensitive.");
            }

            if (subset is null)
            {
                subsetErrors.Add(name, "it is null; set Labels, or remove the subset.");
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
            errors.Add("Labels", "there are none, or one of them has no name or no value; a subset needs at least one label, like version = v2.");
        }

        // Only the values of the subset itself, so that the errors of the service are reported once.
        validatePolicies(subset.Over(new LoadBalancingOptions { Endpoints = options.Endpoints }), errors);
    }
}
