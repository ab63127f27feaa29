namespace LoadBalancing.Client;

/// <summary>Validates panic options.</summary>
internal static class PanicOptionsValidator
{
    public static void Validate(PanicOptions options, ValidationErrors errors)
    {
        errors.CheckPercent("Panic:ThresholdPercent", options.ThresholdPercent);
        errors.CheckEnum("Panic:Traffic", options.Traffic);
    }
}
