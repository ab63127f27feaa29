namespace LoadBalancing.Client;

/// <summary>Validates options of the strategy LeastLoad.</summary>
internal static class LeastLoadOptionsValidator
{
    public static void Validate(LeastLoadOptions options, ValidationErrors errors)
    {
        errors.CheckPositiveDuration("LeastLoad:DecayTime", options.DecayTime);
        errors.CheckPositiveDuration("LeastLoad:FailurePenalty", options.FailurePenalty);
        if (options.MaxFailurePenalty < options.FailurePenalty)
        {
            errors.Add("LeastLoad:MaxFailurePenalty", $"{options.MaxFailurePenalty} is shorter than FailurePenalty, which is {options.FailurePenalty}; "
                + $"raise one or lower the other.");
        }

        errors.CheckMaxDuration("LeastLoad:MaxFailurePenalty", options.MaxFailurePenalty);
    }
}
