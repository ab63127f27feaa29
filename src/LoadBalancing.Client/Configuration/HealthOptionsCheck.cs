namespace LoadBalancing.Client;

/// <summary>The rules for what options say about ejection, panic and active checks.</summary>
internal static class HealthOptionsCheck
{
    private static readonly TimeSpan ShortestWindow = TimeSpan.FromMilliseconds(100);

    public static void Check(LoadBalancingOptions options, FaultList faults)
    {
        OutlierDetectionOptions ejection = options.OutlierDetection;
        CheckStreaks(ejection, faults);
        CheckTimes(ejection, faults);
        CheckWhatCounts(ejection, faults);
        CheckShares(ejection, faults);
        faults.CheckPercentage("OutlierDetection:MaxEjectionPercent", ejection.MaxEjectionPercent);
        faults.CheckEnum("OutlierDetection:ReturnPolicy", ejection.ReturnPolicy);
        faults.CheckPercentage("Panic:Threshold", options.Panic.Threshold);
        faults.CheckEnum("Panic:Traffic", options.Panic.Traffic);
    }

    private static void CheckStreaks(OutlierDetectionOptions options, FaultList faults)
    {
        CheckStreak("OutlierDetection:ConsecutiveErrors", options.ConsecutiveErrors, faults);
        CheckStreak("OutlierDetection:ConsecutiveGatewayErrors", options.ConsecutiveGatewayErrors, faults);
        CheckStreak("OutlierDetection:ConsecutiveLocalOriginFailures", options.ConsecutiveLocalOriginFailures ?? 0, faults);
        if (options.ConsecutiveLocalOriginFailures > 0 && !options.SplitExternalLocalOriginErrors)
        {
            faults.Add("OutlierDetection:ConsecutiveLocalOriginFailures", $"{options.ConsecutiveLocalOriginFailures} is set and SplitExternalLocalOriginErrors is false, so nothing is counted for it; set that to true, or leave this out.");
        }

        faults.CheckPercentage("OutlierDetection:EnforcingConsecutiveErrors", options.EnforcingConsecutiveErrors);
        faults.CheckPercentage("OutlierDetection:EnforcingConsecutiveGatewayErrors", options.EnforcingConsecutiveGatewayErrors);
        faults.CheckPercentage("OutlierDetection:EnforcingConsecutiveLocalOriginFailures", options.EnforcingConsecutiveLocalOriginFailures);
    }

    private static void CheckStreak(string key, int value, FaultList faults)
    {
        if (value < 0)
        {
            faults.Add(key, $"{value} is not allowed; it is 1 or more, or 0 to switch the detector off.");
        }
        else if (value > EndpointStatus.LongestStreak)
        {
            faults.Add(key, $"{value} is not allowed; the most is {EndpointStatus.LongestStreak}. Write 0 to switch the detector off.");
        }
    }

    private static void CheckTimes(OutlierDetectionOptions options, FaultList faults)
    {
        faults.CheckPositive("OutlierDetection:Interval", options.Interval);
        faults.CheckPositive("OutlierDetection:BaseEjectionTime", options.BaseEjectionTime);
        if (options.MaxEjectionTime is { } longest && longest < options.BaseEjectionTime)
        {
            faults.Add("OutlierDetection:MaxEjectionTime", $"{longest} is shorter than BaseEjectionTime, which is {options.BaseEjectionTime}; raise the one or lower the other.");
        }

        faults.CheckLength("OutlierDetection:MaxEjectionTime", options.MaxEjectionTime);
        if (options.MaxEjectionTimeJitter is { } jitter && jitter < TimeSpan.Zero)
        {
            faults.Add("OutlierDetection:MaxEjectionTimeJitter", $"{jitter} is negative; it is zero or more.");
        }

        faults.CheckLength("OutlierDetection:MaxEjectionTimeJitter", options.MaxEjectionTimeJitter);
    }

    private static void CheckWhatCounts(OutlierDetectionOptions options, FaultList faults)
    {
        for (int i = 0; i < (options.ErrorStatuses?.Count ?? 0); i++)
        {
            if (!StatusSet.TryRead(options.ErrorStatuses![i], out _, out _))
            {
                faults.Add($"OutlierDetection:ErrorStatuses:{i}", $"'{options.ErrorStatuses[i]}' cannot be read; {StatusSet.Expectation}.");
            }
        }

        for (int i = 0; i < (options.ErrorExceptions?.Count ?? 0); i++)
        {
            if (!FailureWords.All.Contains(options.ErrorExceptions![i], StringComparer.OrdinalIgnoreCase))
            {
                faults.Add($"OutlierDetection:ErrorExceptions:{i}", $"'{options.ErrorExceptions[i]}' is not known; known are {string.Join(", ", FailureWords.All)}.");
            }
        }
    }

    private static void CheckShares(OutlierDetectionOptions options, FaultList faults)
    {
        if (options.SuccessRate is { } rate)
        {
            faults.CheckAtLeast("OutlierDetection:SuccessRate:MinimumHosts", rate.MinimumHosts, 1);
            faults.CheckAtLeast("OutlierDetection:SuccessRate:RequestVolume", rate.RequestVolume, 1);
            if (!(rate.StdevFactor > 0) || double.IsInfinity(rate.StdevFactor))
            {
                faults.Add("OutlierDetection:SuccessRate:StdevFactor", $"{rate.StdevFactor} is not allowed; it is a number of standard deviations above 0, like 1.9.");
            }

            faults.CheckPercentage("OutlierDetection:SuccessRate:Enforcing", rate.Enforcing);
            faults.CheckPercentage("OutlierDetection:SuccessRate:EnforcingLocalOrigin", rate.EnforcingLocalOrigin);
        }

        if (options.FailurePercentage is { } failures)
        {
            CheckShare("OutlierDetection:FailurePercentage:Threshold", failures.Threshold, faults);
            faults.CheckAtLeast("OutlierDetection:FailurePercentage:MinimumHosts", failures.MinimumHosts, 1);
            faults.CheckAtLeast("OutlierDetection:FailurePercentage:RequestVolume", failures.RequestVolume, 1);
            faults.CheckPercentage("OutlierDetection:FailurePercentage:Enforcing", failures.Enforcing);
            faults.CheckPercentage("OutlierDetection:FailurePercentage:EnforcingLocalOrigin", failures.EnforcingLocalOrigin);
        }

        if (options.WindowedSuccessRate is { } window)
        {
            if (window.Window < ShortestWindow)
            {
                faults.Add("OutlierDetection:WindowedSuccessRate:Window", $"{window.Window} is too short; the shortest is {ShortestWindow}.");
            }

            faults.CheckLength("OutlierDetection:WindowedSuccessRate:Window", window.Window);
            CheckShare("OutlierDetection:WindowedSuccessRate:Threshold", window.Threshold, faults);
            faults.CheckAtLeast("OutlierDetection:WindowedSuccessRate:RequestVolume", window.RequestVolume, 1);
            faults.CheckPercentage("OutlierDetection:WindowedSuccessRate:Enforcing", window.Enforcing);
        }
    }

    private static void CheckShare(string key, double value, FaultList faults)
    {
        if (!(value is > 0 and <= 100))
        {
            faults.Add(key, $"{value} is not allowed; it is above 0 and at most 100.");
        }
    }
}
