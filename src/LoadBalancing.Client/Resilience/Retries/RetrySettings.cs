namespace LoadBalancing.Client;

/// <summary><see cref="RetryOptions"/> with all defaults applied.</summary>
internal sealed record RetrySettings(
    int MaxRetries,
    TimeSpan PerTryTimeout,
    RetryTriggers Triggers,
    TimeSpan BaseBackoff,
    TimeSpan MaxBackoff,
    bool AllMethods,
    int BufferBodyUpTo)
{
    public const int DefaultMaxRetries = 2;

    public static readonly TimeSpan DefaultPerTryTimeout = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan DefaultBaseBackoff = TimeSpan.FromMilliseconds(25);

    public static RetrySettings From(RetryOptions options)
    {
        TimeSpan baseBackoff = options.BaseBackoff ?? DefaultBaseBackoff;
        return new RetrySettings(
            options.MaxRetries ?? DefaultMaxRetries,
            options.PerTryTimeout ?? DefaultPerTryTimeout,
            Combine(options.RetryOn is { Count: > 0 } conditions ? conditions : RetryConditions.Defaults),
            baseBackoff,
            Longer(options.MaxBackoff ?? baseBackoff * 10, baseBackoff),
            options.RetryAllMethods ?? false,
            options.MaxBufferedBodySize ?? 0);
    }

    /// <summary>A route may raise BaseBackoff above the MaxBackoff of its service.</summary>
    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>The backoff before a retry: drawn uniformly from zero to an upper bound that doubles with each retry ("full jitter", as in Envoy).</summary>
    /// <param name="retry">0 for the first retry.</param>
    /// <param name="random">The source of randomness.</param>
    public TimeSpan DrawBackoff(int retry, RandomSource random)
    {
        double end = Math.Min(BaseBackoff.TotalSeconds * Math.Pow(2, retry), MaxBackoff.TotalSeconds);
        return random.NextBelow(TimeSpan.FromSeconds(end));
    }

    private static RetryTriggers Combine(IEnumerable<string> conditions)
    {
        RetryTriggers triggers = RetryTriggers.None;
        foreach (string condition in conditions)
        {
            triggers |= condition.ToLowerInvariant() switch
            {
                RetryConditions.ResetBeforeRequest => RetryTriggers.ConnectFailure | RetryTriggers.RefusedStream,
                RetryConditions.Http3PostConnectFailure => RetryTriggers.None,
                RetryConditions.Retriable4xx => RetryTriggers.Retriable4xx,
                RetryConditions.RetriableStatusCodes => RetryTriggers.RetriableStatusCodes,
                RetryConditions.RetriableHeaders => RetryTriggers.RetriableHeaders,
                RetryConditions.RateLimited => RetryTriggers.RateLimited,
                RetryConditions.Cancelled => RetryTriggers.Cancelled,
                RetryConditions.DeadlineExceeded => RetryTriggers.DeadlineExceeded,
                RetryConditions.Internal => RetryTriggers.Internal,
                RetryConditions.ResourceExhausted => RetryTriggers.ResourceExhausted,
                RetryConditions.Unavailable => RetryTriggers.Unavailable,
                _ when RetryConditions.IsStatus(condition, out _) => RetryTriggers.RetriableStatusCodes,
                RetryConditions.ServerError => RetryTriggers.ServerError | RetryTriggers.GatewayError | RetryTriggers.AnyReset,
                RetryConditions.GatewayError => RetryTriggers.GatewayError | RetryTriggers.AnyReset,
                RetryConditions.Reset => RetryTriggers.AnyReset,
                RetryConditions.ConnectFailure => RetryTriggers.ConnectFailure,
                RetryConditions.RefusedStream => RetryTriggers.RefusedStream,
                RetryConditions.PerTryTimeout => RetryTriggers.PerTryTimeout,
                _ => throw new InvalidOperationException($"Retry condition '{condition}' passed validation and is not known."),
            };
        }

        return triggers;
    }
}
