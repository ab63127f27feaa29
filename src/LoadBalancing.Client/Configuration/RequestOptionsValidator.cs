namespace LoadBalancing.Client;

/// <summary>Validates request policies of a service and of its routes.</summary>
internal static class RequestOptionsValidator
{
    public static void Validate(LoadBalancingOptions options, ValidationErrors errors)
    {
        CheckPolicies(options.Timeout, options.BodyIdleTimeout, options.Retry, options.Fault, errors);
        for (int i = 0; i < options.Routes.Count; i++)
        {
            RequestRouteOptions route = options.Routes[i];
            ValidationErrors own = errors.ForSection($"Routes:{i}");
            RequestRouteOptionsValidator.CheckName(options.Routes, i, errors);
            CheckPolicies(route.Timeout, route.BodyIdleTimeout, route.Retry ?? new RetryOptions(), route.Fault, own);
            HashPolicyOptionsValidator.Validate(route.HashPolicies ?? [], own);
            RequestRouteOptionsValidator.Validate(route, own);
        }
    }

    private static void CheckPolicies(TimeSpan? timeout, TimeSpan? bodyIdleTimeout, RetryOptions retry, FaultOptions? fault, ValidationErrors errors)
    {
        errors.CheckTimeout("Timeout", timeout);
        errors.CheckTimeout("BodyIdleTimeout", bodyIdleTimeout);
        RetryOptionsValidator.Validate(retry, timeout, errors);
        for (int i = 0; i < (retry.RetriableHeaders?.Count ?? 0); i++)
        {
            HeaderMatchOptionsValidator.Validate(retry.RetriableHeaders![i], errors.ForSection($"Retry:RetriableHeaders:{i}"));
        }

        FaultOptionsValidator.Validate(fault, errors);
    }
}
