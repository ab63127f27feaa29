namespace LoadBalancing.Client;

/// <summary>
/// Decides when a failed attempt is retried. A retry goes to an endpoint that the call has not tried, if there is one. Only idempotent requests (GET, HEAD,
/// OPTIONS, TRACE, PUT, DELETE, and those marked with <c>LoadBalancing().Idempotent</c>) are retried, unless nothing of the request was sent or
/// <see cref="RetryAllMethods"/> is set; a body that can be read only once is never sent twice.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>The largest number of retries of a call, after its first attempt. 0: no retries. Null, the default: 2.</summary>
    public int? MaxRetries { get; set; }

    /// <summary>
    /// The timeout of one attempt, from the pick to the response headers. Above zero; not above <see cref="LoadBalancingOptions.Timeout"/> where both
    /// are set. Null, the default: 10 s.
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: none.
    /// </summary>
    public TimeSpan? PerTryTimeout { get; set; }

    /// <summary>
    /// The conditions that are retried: names of <see cref="RetryConditions"/>, or statuses as numbers. Empty or null, the default:
    /// <c>connect-failure</c>, <c>refused-stream</c>, <c>reset</c>, <c>gateway-error</c>,
    /// <c>per-try-timeout</c>.
    /// </summary>
    public IList<string>? RetryOn { get; set; }

    /// <summary>
    /// The statuses that <see cref="RetryConditions.RetriableStatusCodes"/> covers: single statuses and ranges, like <c>429</c>, <c>500-504</c> or
    /// <c>5xx</c>, 100 to 599. Null or empty, the default: none.
    /// </summary>
    public IList<StatusRange>? RetriableStatuses { get; set; }

    /// <summary>
    /// The headers that <see cref="RetryConditions.RetriableHeaders"/> covers: a response that matches one of them is retried. Null or empty, the
    /// default: none.
    /// </summary>
    public IList<HeaderMatchOptions>? RetriableHeaders { get; set; }

    /// <summary>
    /// Whether requests that are not idempotent are retried too, although a server may have processed them already. Null, the default: false.
    /// <c>LoadBalancing().Idempotent(false)</c> excludes a single request.
    /// </summary>
    public bool? RetryAllMethods { get; set; }

    /// <summary>
    /// The largest request body, in bytes, that is buffered before it is sent so that it can be sent again. Concerns bodies that can be read only
    /// once. A request with a
    /// longer body, or one of unknown length, is not retried unless <c>LoadBalancing().ContentFactory</c> creates its content again. 0 or more. Null,
    /// the default,
    /// and 0: no body is buffered.
    /// </summary>
    public int? MaxBufferedBodySize { get; set; }

    /// <summary>
    /// The upper bound of the first backoff. Each backoff is drawn uniformly from zero to its upper bound, which doubles with each retry. Above zero. Null, the
    /// default: 25 ms. There is no backoff after a connect failure when another endpoint can be tried. After a response with <c>Retry-After</c> the
    /// backoff is added
    /// to the delay of that header; a response that asks for a longer delay than the call has left is returned to the caller immediately.
    /// </summary>
    public TimeSpan? BaseBackoff { get; set; }

    /// <summary>The largest upper bound of a backoff. At least <see cref="BaseBackoff"/>. Null, the default: ten times <see cref="BaseBackoff"/>.</summary>
    public TimeSpan? MaxBackoff { get; set; }

    /// <summary>Creates options with these values, and those of <paramref name="below"/> where they are not set.</summary>
    internal RetryOptions WithFallback(RetryOptions below) => new()
    {
        MaxRetries = MaxRetries ?? below.MaxRetries,
        PerTryTimeout = PerTryTimeout ?? below.PerTryTimeout,
        RetryOn = RetryOn is { Count: > 0 } ? RetryOn : below.RetryOn,
        RetriableStatuses = RetriableStatuses ?? below.RetriableStatuses,
        RetriableHeaders = RetriableHeaders ?? below.RetriableHeaders,
        RetryAllMethods = RetryAllMethods ?? below.RetryAllMethods,
        MaxBufferedBodySize = MaxBufferedBodySize ?? below.MaxBufferedBodySize,
        BaseBackoff = BaseBackoff ?? below.BaseBackoff,
        MaxBackoff = MaxBackoff ?? below.MaxBackoff,
    };
}
