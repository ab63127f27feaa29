namespace LoadBalancing.Client;

/// <summary>The rules for what options say about ejection, panic and active checks.</summary>
internal static class OutlierDetectionOptionsValidator
{
    private static readonly TimeSpan MinWindow = TimeSpan.FromMilliseconds(100);

    public static void Validate(LoadBalancingOptions options, ValidationErrors faults)
    {
        OutlierDetectionOptions ejection = options.OutlierDetection;
        CheckStreaks(ejection, faults);
        CheckTimes(ejection, faults);
        CheckErrorClassification(ejection, faults);
        CheckRateDetectors(ejection, faults);
        faults.CheckPercent("OutlierDetection:MaxEjectionPercent", ejection.MaxEjectionPercent);
        faults.CheckEnum("OutlierDetection:RestorePolicy", ejection.RestorePolicy);
        faults.CheckPercent("Panic:ThresholdPercent", options.Panic.ThresholdPercent);
        faults.CheckEnum("Panic:Traffic", options.Panic.Traffic);
    }

    private static void CheckStreaks(OutlierDetectionOptions options, ValidationErrors faults)
    {
        CheckStreak("OutlierDetection:ConsecutiveErrors", options.ConsecutiveErrors, faults);
        CheckStreak("OutlierDetection:ConsecutiveGatewayErrors", options.ConsecutiveGatewayErrors, faults);
        CheckStreak("OutlierDetection:ConsecutiveLocalOriginFailures", options.ConsecutiveLocalOriginFailures ?? 0, faults);
        if (options.ConsecutiveLocalOriginFailures > 0 && !options.SplitExternalLocalOriginErrors)
        {
            faults.Add("OutlierDetection:ConsecutiveLocalOriginFailures", $"{options.ConsecutiveLocalOriginFailures} is set and SplitExternalLocalOriginErrors is false, so nothing is counted for it; set that to true, or leave this out.");
        }

        faults.CheckPercent("OutlierDetection:ConsecutiveErrorsEnforcementPercent", options.ConsecutiveErrorsEnforcementPercent);
        faults.CheckPercent("OutlierDetection:ConsecutiveGatewayErrorsEnforcementPercent", options.ConsecutiveGatewayErrorsEnforcementPercent);
        faults.CheckPercent("OutlierDetection:ConsecutiveLocalOriginFailuresEnforcementPercent", options.ConsecutiveLocalOriginFailuresEnforcementPercent);
    }

    private static void CheckStreak(string key, int value, ValidationErrors faults)
    {
        if (value < 0)
        {
            faults.Add(key, $"{value} is not allowed; it is 1 or more, or 0 to switch the detector off.");
        }
        else if (value > EndpointStatus.MaxStreak)
        {
            faults.Add(key, $"{value} is not allowed; the most is {EndpointStatus.MaxStreak}. Write 0 to switch the detector off.");
        }
    }

    private static void CheckTimes(OutlierDetectionOptions options, ValidationErrors faults)
    {
        faults.CheckPositiveDuration("OutlierDetection:Interval", options.Interval);
        faults.CheckPositiveDuration("OutlierDetection:BaseEjectionTime", options.BaseEjectionTime);
        if (options.MaxEjectionTime is { } longest && longest < options.BaseEjectionTime)
        {
            faults.Add("OutlierDetection:MaxEjectionTime", $"{longest} is shorter than BaseEjectionTime, which is {options.BaseEjectionTime}; raise the one or lower the other.");
        }

        faults.CheckMaxDuration("OutlierDetection:MaxEjectionTime", options.MaxEjectionTime);
        if (options.MaxEjectionTimeJitter is { } jitter && jitter < TimeSpan.Zero)
        {
            faults.Add("OutlierDetection:MaxEjectionTimeJitter", $"{jitter} is negative; it is zero or more.");
        }

        faults.CheckMaxDuration("OutlierDetection:MaxEjectionTimeJitter", options.MaxEjectionTimeJitter);
    }

    private static void CheckErrorClassification(OutlierDetectionOptions options, ValidationErrors faults)
    {
        for (int i = 0; i < (options.ErrorStatuses?.Count ?? 0); i++)
        {
            if (!StatusSet.TryParse(options.ErrorStatuses![i], out _, out _))
            {
                faults.Add($"OutlierDetection:ErrorStatuses:{i}", $"'{options.ErrorStatuses[i]}' cannot be read; {StatusSet.Expectation}.");
            }
        }

        for (int i = 0; i < (options.ErrorExceptions?.Count ?? 0); i++)
        {
            if (!FailureKindNames.All.Contains(options.ErrorExceptions![i], StringComparer.OrdinalIgnoreCase))
            {
                faults.Add($"OutlierDetection:ErrorExceptions:{i}", $"'{options.ErrorExceptions[i]}' is not known; known are {string.Join(", ", FailureKindNames.All)}.");
            }
        }
    }

    private static void CheckRateDetectors(OutlierDetectionOptions options, ValidationErrors faults)
    {
        if (options.SuccessRate is { } rate)
        {
            faults.CheckAtLeast("OutlierDetection:SuccessRate:MinHosts", rate.MinHosts, 1);
            faults.CheckAtLeast("OutlierDetection:SuccessRate:RequestVolume", rate.RequestVolume, 1);
            if (!(rate.StdevFactor > 0) || double.IsInfinity(rate.StdevFactor))
            {
                faults.Add("OutlierDetection:SuccessRate:StdevFactor", $"{rate.StdevFactor} is not allowed; it is a number of standard deviations above 0, like 1.9.");
            }

            faults.CheckPercent("OutlierDetection:SuccessRate:EnforcementPercent", rate.EnforcementPercent);
            faults.CheckPercent("OutlierDetection:SuccessRate:LocalOriginEnforcementPercent", rate.LocalOriginEnforcementPercent);
        }

        if (options.FailurePercentage is { } failures)
        {
            CheckThreshold("OutlierDetection:FailurePercentage:ThresholdPercent", failures.ThresholdPercent, faults);
            faults.CheckAtLeast("OutlierDetection:FailurePercentage:MinHosts", failures.MinHosts, 1);
            faults.CheckAtLeast("OutlierDetection:FailurePercentage:RequestVolume", failures.RequestVolume, 1);
            faults.CheckPercent("OutlierDetection:FailurePercentage:EnforcementPercent", failures.EnforcementPercent);
            faults.CheckPercent("OutlierDetection:FailurePercentage:LocalOriginEnforcementPercent", failures.LocalOriginEnforcementPercent);
        }

        if (options.WindowedSuccessRate is { } window)
        {
            if (window.Window < MinWindow)
            {
                faults.Add("OutlierDetection:WindowedSuccessRate:Window", $"{window.Window} is too short; the shortest is {MinWindow}.");
            }

            faults.CheckMaxDuration("OutlierDetection:WindowedSuccessRate:Window", window.Window);
            CheckThreshold("OutlierDetection:WindowedSuccessRate:ThresholdPercent", window.ThresholdPercent, faults);
            faults.CheckAtLeast("OutlierDetection:WindowedSuccessRate:RequestVolume", window.RequestVolume, 1);
            faults.CheckPercent("OutlierDetection:WindowedSuccessRate:EnforcementPercent", window.EnforcementPercent);
        }
    }

    private static void CheckThreshold(string key, double value, ValidationErrors faults)
    {
        if (!(value is > 0 and <= 100))
        {
            faults.Add(key, $"{value} is not allowed; it is above 0 and at most 100.");
        }
    }
}
