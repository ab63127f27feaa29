namespace LoadBalancing.Client;

/// <summary>Validates options of the strategy LeastRequest.</summary>
internal static class LeastRequestOptionsValidator
{
    public static void Validate(LeastRequestOptions options, ValidationErrors errors)
    {
        if (options.ChoiceCount is < 2 or > LeastRequestStrategy.MaxChoiceCount)
        {
            errors.Add("LeastRequest:ChoiceCount", $"{options.ChoiceCount} is not allowed; it must be 2 to {LeastRequestStrategy.MaxChoiceCount}. "
                + $"To compare all endpoints, choose the strategy LeastConnections.");
        }

        if (!double.IsFinite(options.ActiveRequestBias) || options.ActiveRequestBias < 0)
        {
            errors.Add("LeastRequest:ActiveRequestBias", $"{options.ActiveRequestBias} is not allowed; it must be a finite number, 0 or more.");
        }
    }
}
