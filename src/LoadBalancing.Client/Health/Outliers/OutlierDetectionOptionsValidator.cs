namespace LoadBalancing.Client;

/// <summary>Validates outlier detection options.</summary>
internal static class OutlierDetectionOptionsValidator
{
    private static readonly TimeSpan MinWindow = TimeSpan.FromMilliseconds(100);

    public static void Validate(OutlierDetectionOptions options, ValidationErrors errors)
    {
        CheckStreaks(options, errors);
        CheckTimes(options, errors);
        CheckErrorClassification(options, errors);
        CheckRateDetectors(options, errors);
        errors.CheckPercent("OutlierDetection:MaxEjectionPercent", options.MaxEjectionPercent);
        errors.CheckEnum("OutlierDetection:RestorePolicy", options.RestorePolicy);
    }

    private static void CheckStreaks(OutlierDetectionOptions options, ValidationErrors errors)
    {
        CheckStreak("OutlierDetection:ConsecutiveErrors", options.ConsecutiveErrors, errors);
        CheckStreak("OutlierDetection:ConsecutiveGatewayErrors", options.ConsecutiveGatewayErrors, errors);
        CheckStreak("OutlierDetection:ConsecutiveLocalOriginFailures", options.ConsecutiveLocalOriginFailures ?? 0, errors);
        if (options.ConsecutiveLocalOriginFailures > 0 && !options.SplitExternalLocalOriginErrors)
        {
            errors.Add("OutlierDetection:ConsecutiveLocalOriginFailures", $"{options.ConsecutiveLocalOriginFailures} is set and "
                + $"SplitExternalLocalOriginErrors is false, so it counts nothing; set that to true, or remove this.");
        }

        errors.CheckPercent("OutlierDetection:ConsecutiveErrorsEnforcementPercent", options.ConsecutiveErrorsEnforcementPercent);
        errors.CheckPercent("OutlierDetection:ConsecutiveGatewayErrorsEnforcementPercent", options.ConsecutiveGatewayErrorsEnforcementPercent);
        errors.CheckPercent("OutlierDetection:ConsecutiveLocalOriginFailuresEnforcementPercent", options.ConsecutiveLocalOriginFailuresEnforcementPercent);
    }

    private static void CheckStreak(string key, int value, ValidationErrors errors)
    {
        if (value < 0)
        {
            errors.Add(key, $"{value} is not allowed; it must be 1 or more, or 0 to switch the detector off.");
        }
        else if (value > EndpointStatus.MaxStreak)
        {
            errors.Add(key, $"{value} is not allowed; the maximum is {EndpointStatus.MaxStreak}. Set 0 to switch the detector off.");
        }
    }

    private static void CheckTimes(OutlierDetectionOptions options, ValidationErrors errors)
    {
        errors.CheckPositiveDuration("OutlierDetection:Interval", options.Interval);
        errors.CheckPositiveDuration("OutlierDetection:BaseEjectionTime", options.BaseEjectionTime);
        if (options.MaxEjectionTime is { } longest && longest < options.BaseEjectionTime)
        {
            errors.Add("OutlierDetection:MaxEjectionTime", $"{longest} is shorter than BaseEjectionTime, which is {options.BaseEjectionTime}; "
                + $"raise one or lower the other.");
        }

        errors.CheckMaxDuration("OutlierDetection:MaxEjectionTime", options.MaxEjectionTime);
        if (options.MaxEjectionTimeJitter is { } jitter && jitter < TimeSpan.Zero)
        {
            errors.Add("OutlierDetection:MaxEjectionTimeJitter", $"{jitter} is negative; it must be zero or more.");
        }

        errors.CheckMaxDuration("OutlierDetection:MaxEjectionTimeJitter", options.MaxEjectionTimeJitter);
    }

    private static void CheckErrorClassification(OutlierDetectionOptions options, ValidationErrors errors)
    {
        for (int i = 0; i < (options.ErrorStatuses?.Count ?? 0); i++)
        {
            errors.CheckStatus($"OutlierDetection:ErrorStatuses:{i}", options.ErrorStatuses![i]);
        }

        for (int i = 0; i < (options.ErrorExceptions?.Count ?? 0); i++)
        {
            if (!FailureKindNames.All.Contains(options.ErrorExceptions![i], StringComparer.OrdinalIgnoreCase))
            {
                string known = string.Join(", ", FailureKindNames.All);
                errors.Add($"OutlierDetection:ErrorExceptions:{i}", $"'{options.ErrorExceptions[i]}' is unknown; allowed are {known}.");
            }
        }
    }

    private static void CheckRateDetectors(OutlierDetectionOptions options, ValidationErrors errors)
    {
        if (options.SuccessRate is { } rate)
        {
            errors.CheckAtLeast("OutlierDetection:SuccessRate:MinHosts", rate.MinHosts, 1);
            errors.CheckAtLeast("OutlierDetection:SuccessRate:RequestVolume", rate.RequestVolume, 1);
            if (!(rate.StdevFactor > 0) || double.IsInfinity(rate.StdevFactor))
            {
                errors.Add("OutlierDetection:SuccessRate:StdevFactor", $"{rate.StdevFactor} is not allowed; "
                    + $"it must be a number of standard deviations above 0, like 1.9.");
            }

            errors.CheckPercent("OutlierDetection:SuccessRate:EnforcementPercent", rate.EnforcementPercent);
            errors.CheckPercent("OutlierDetection:SuccessRate:LocalOriginEnforcementPercent", rate.LocalOriginEnforcementPercent);
        }

        if (options.FailurePercentage is { } failures)
        {
            CheckThreshold("OutlierDetection:FailurePercentage:ThresholdPercent", failures.ThresholdPercent, errors);
            errors.CheckAtLeast("OutlierDetection:FailurePercentage:MinHosts", failures.MinHosts, 1);
            errors.CheckAtLeast("OutlierDetection:FailurePercentage:RequestVolume", failures.RequestVolume, 1);
            errors.CheckPercent("OutlierDetection:FailurePercentage:EnforcementPercent", failures.EnforcementPercent);
            errors.CheckPercent("OutlierDetection:FailurePercentage:LocalOriginEnforcementPercent", failures.LocalOriginEnforcementPercent);
        }

        if (options.WindowedSuccessRate is { } window)
        {
            if (window.Window < MinWindow)
            {
                errors.Add("OutlierDetection:WindowedSuccessRate:Window", $"{window.Window} is too short; the minimum is {MinWindow}.");
            }

            errors.CheckMaxDuration("OutlierDetection:WindowedSuccessRate:Window", window.Window);
            CheckThreshold("OutlierDetection:WindowedSuccessRate:ThresholdPercent", window.ThresholdPercent, errors);
            errors.CheckAtLeast("OutlierDetection:WindowedSuccessRate:RequestVolume", window.RequestVolume, 1);
            errors.CheckPercent("OutlierDetection:WindowedSuccessRate:EnforcementPercent", window.EnforcementPercent);
        }
    }

    private static void CheckThreshold(string key, double value, ValidationErrors errors)
    {
        if (!(value is > 0 and <= 100))
        {
            errors.Add(key, $"{value} is not allowed; it must be above 0 and at most 100.");
        }
    }
}
