namespace LoadBalancing.Client;

/// <summary>
/// Takes out endpoints whose share of successes lies below the mean of all by more than so many standard deviations. It compares endpoints with each other, so it does not act when
/// all of them are bad; and it is blind in small sets: of four, one that fails everything lies 1.73 deviations below the mean.
/// </summary>
public sealed class SuccessRateOutlierOptions
{
    /// <summary>How many endpoints need <see cref="RequestVolume"/> for anything to be judged. At least 1; default 5.</summary>
    public int MinHosts { get; set; } = 5;

    /// <summary>How many requests an endpoint needs between two sweeps to be judged and to count for the mean. At least 1; default 100.</summary>
    public int RequestVolume { get; set; } = 100;

    /// <summary>How many standard deviations (of the population) below the mean is too far. Above zero; default 1.9. Envoy writes the same as 1900.</summary>
    public double StdevFactor { get; set; } = 1.9;

    /// <summary>How often, in percent, a detection ejects; the others are only counted and told. 0 to 100; default 100.</summary>
    public double EnforcementPercent { get; set; } = 100;

    /// <summary>The same for the share of failures of local origin, where they are counted apart. 0 to 100; default 100.</summary>
    public double LocalOriginEnforcementPercent { get; set; } = 100;
}
