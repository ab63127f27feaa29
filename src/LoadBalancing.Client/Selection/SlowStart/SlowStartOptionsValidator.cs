namespace LoadBalancing.Client;

/// <summary>Validates slow start options.</summary>
internal static class SlowStartOptionsValidator
{
    public static void Validate(SlowStartOptions options, ValidationErrors errors)
    {
        if (options.Window < TimeSpan.Zero)
        {
            errors.Add("SlowStart:Window", $"{options.Window} is not allowed; it must be longer than zero, or zero for no slow start.");
        }

        errors.CheckMaxDuration("SlowStart:Window", options.Window);
        if (!(options.Aggression > 0) || double.IsInfinity(options.Aggression))
        {
            errors.Add("SlowStart:Aggression", $"{options.Aggression} is not allowed; it must be a number above 0; 1 is linear.");
        }

        errors.CheckPercent("SlowStart:MinWeightPercent", options.MinWeightPercent);
    }
}
