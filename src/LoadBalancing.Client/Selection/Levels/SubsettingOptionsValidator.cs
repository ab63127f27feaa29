namespace LoadBalancing.Client;

/// <summary>Validates subsetting options.</summary>
internal static class SubsettingOptionsValidator
{
    public static void Validate(SubsettingOptions options, ValidationErrors errors)
    {
        errors.CheckAtLeast("Subsetting:Size", options.Size, 1);
        if (options.ClientId is "")
        {
            errors.Add("Subsetting:ClientId", "it is empty; set a unique text for each client, or remove it to use the machine name.");
        }
    }
}
