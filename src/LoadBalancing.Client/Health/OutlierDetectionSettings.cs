namespace LoadBalancing.Client;

/// <summary>What <see cref="OutlierDetectionOptions"/> come to once every default is filled in.</summary>
internal sealed record OutlierDetectionSettings(
    uint ConsecutiveErrors,
    TimeSpan Interval,
    TimeSpan BaseEjectionTime,
    TimeSpan MaxEjectionTime,
    TimeSpan MaxEjectionTimeJitter,
    double MaxEjectionPercent)
{
    private static readonly TimeSpan LongestByDefault = TimeSpan.FromSeconds(300);

    public static OutlierDetectionSettings From(OutlierDetectionOptions options)
    {
        TimeSpan tenTimes = options.BaseEjectionTime * 10;
        return new OutlierDetectionSettings(
            (uint)options.ConsecutiveErrors,
            options.Interval,
            options.BaseEjectionTime,
            options.MaxEjectionTime ?? (tenTimes > LongestByDefault ? tenTimes : LongestByDefault),
            options.MaxEjectionTimeJitter ?? options.BaseEjectionTime / 10,
            options.MaxEjectionPercent);
    }

    /// <summary>How many of so many endpoints may be out at once.</summary>
    public int MostEjected(int members)
    {
        if (MaxEjectionPercent <= 0)
        {
            return 0;
        }

        // 29 % of 100 is 28.999999999999996 in floating point: without the tiny addition an endpoint would be lost.
        int share = (int)((members * MaxEjectionPercent / 100) + 1e-9);
        return members >= 2 ? Math.Max(1, share) : share;
    }

    /// <summary>The multiplier of the next ejection. It stops growing one step past the longest time, as in Envoy.</summary>
    public int NextMultiplier(int multiplier) =>
        multiplier * BaseEjectionTime.TotalSeconds < (MaxEjectionTime + BaseEjectionTime).TotalSeconds ? multiplier + 1 : multiplier;

    public TimeSpan EjectionTime(int multiplier)
    {
        double seconds = Math.Min(BaseEjectionTime.TotalSeconds * multiplier, MaxEjectionTime.TotalSeconds);
        return TimeSpan.FromSeconds(seconds);
    }
}
