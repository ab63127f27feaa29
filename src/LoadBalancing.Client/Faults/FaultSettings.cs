namespace LoadBalancing.Client;

/// <summary>Compiled <see cref="FaultOptions"/>: rates from 0 to 1, zero where there is no such fault.</summary>
internal sealed record FaultSettings(TimeSpan Delay, double DelayRate, int AbortStatus, double AbortRate, FaultScope Scope)
{
    /// <summary>Injects nothing.</summary>
    public static FaultSettings None { get; } = new(TimeSpan.Zero, 0, 0, 0, FaultScope.Request);

    /// <summary>Null when nothing would ever be injected.</summary>
    public static FaultSettings? From(FaultOptions? options)
    {
        if (options is null)
        {
            return null;
        }

        var settings = new FaultSettings(
            options.Delay?.FixedDelay ?? TimeSpan.Zero,
            (options.Delay?.Percent ?? 0) / 100,
            options.Abort?.Status ?? 0,
            (options.Abort?.Percent ?? 0) / 100,
            options.Scope);
        return settings is { DelayRate: 0, AbortRate: 0 } ? null : settings;
    }
}
