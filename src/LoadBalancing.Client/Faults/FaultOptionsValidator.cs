namespace LoadBalancing.Client;

/// <summary>Validates injected faults.</summary>
internal static class FaultOptionsValidator
{
    public static void Validate(FaultOptions? fault, ValidationErrors errors)
    {
        if (fault?.Delay is { } delay)
        {
            errors.CheckPositiveDuration("Fault:Delay:FixedDelay", delay.FixedDelay);
            errors.CheckPercent("Fault:Delay:Percent", delay.Percent);
        }

        if (fault?.Abort is { } abort)
        {
            if (abort.Status is < 200 or > 599)
            {
                errors.Add("Fault:Abort:Status", $"{abort.Status} is not allowed; it must be a status from 200 to 599, like 503.");
            }

            errors.CheckPercent("Fault:Abort:Percent", abort.Percent);
        }

        if (fault is not null)
        {
            errors.CheckEnum("Fault:Scope", fault.Scope);
        }
    }

    /// <summary>Finds all validation errors of a fault to inject into a running service.</summary>
    public static IReadOnlyList<string> FindErrors(FaultOptions fault, string service)
    {
        var errors = new ValidationErrors(service);
        Validate(fault, errors);
        return errors.All;
    }
}
