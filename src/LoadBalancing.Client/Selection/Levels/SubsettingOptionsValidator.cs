namespace LoadBalancing.Client;

/// <summary>The rules for subsetting.</summary>
internal static class SubsettingOptionsValidator
{
    public static void Validate(SubsettingOptions options, ValidationErrors errors)
    {
        errors.CheckAtLeast("Subsetting:Size", options.Size, 1);
        if (options.ClientId is "")
        {
            errors.Add("Subsetting:ClientId", "it is empty; give each client a text of its own, or leave it out for the name of the machine.");
        }
    }
}
