namespace LoadBalancing.Client;

/// <summary>
/// When a failed attempt is made again. A retry goes to an endpoint that the call has not tried, if there is one. Only idempotent requests (GET, HEAD,
/// OPTIONS, TRACE, PUT, DELETE, and those marked with <c>LoadBalancing().Idempotent</c>) are tried again, unless nothing of the request was sent or
/// <see cref="RetryAllMethods"/> says otherwise; a body that can be read only once is never sent twice.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>How many times after the first try. 0: never. Null, the default: 2.</summary>
    public int? MaxRetries { get; set; }

    /// <summary>
    /// The time for one attempt, from the pick to the headers of the answer. Above zero; not above <see cref="LoadBalancingOptions.Timeout"/> where both are set. Null, the default: 10 s.
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: no limit of its own.
    /// </summary>
    public TimeSpan? PerTryTimeout { get; set; }

    /// <summary>
    /// What is tried again: names of <see cref="RetryConditions"/>, or statuses as numbers. Empty or null, the default: <c>connect-failure</c>, <c>refused-stream</c>, <c>reset</c>, <c>gateway-error</c>,
    /// <c>per-try-timeout</c>.
    /// </summary>
    public IList<string>? RetryOn { get; set; }

    /// <summary>
    /// The statuses that <see cref="RetryConditions.RetriableStatusCodes"/> covers: single ones and ranges, like <c>429</c>, <c>500-504</c> or
    /// <c>5xx</c>, 100 to 599. Null or empty, the default: none.
    /// </summary>
    public IList<StatusRange>? RetriableStatuses { get; set; }

    /// <summary>The headers that <see cref="RetryConditions.RetriableHeaders"/> covers: an answer that fits one of them is tried again. Null or empty, the default: none.</summary>
    public IList<HeaderMatchOptions>? RetriableHeaders { get; set; }

    /// <summary>
    /// Whether requests that are not idempotent are tried again too, although a server may have done what they ask for already. Null, the default: no. <c>LoadBalancing().Idempotent(false)</c> keeps a single
    /// request out of it.
    /// </summary>
    public bool? RetryAllMethods { get; set; }

    /// <summary>
    /// The longest body, in bytes, that is read into memory before it is sent, so that it can be sent again, if it is of a kind that can be read only once. Of longer bodies, and of those that do not know their length, the
    /// first failure reaches the caller; <c>LoadBalancing().ContentFactory</c> makes them anew. 0 or more; null, the default, and 0: none is.
    /// </summary>
    public int? MaxBufferedBodySize { get; set; }

    /// <summary>
    /// The upper end of the first wait. Each wait is drawn evenly from zero to its upper end, which doubles from retry to retry. Above zero; null, the default: 25 ms. There is no wait after a
    /// connection that did not come about when another endpoint can be tried. After an answer with <c>Retry-After</c> the wait comes on top of what that says; an answer that asks for more time than the call has left
    /// reaches the caller at once.
    /// </summary>
    public TimeSpan? BaseBackoff { get; set; }

    /// <summary>The longest upper end. At least <see cref="BaseBackoff"/>. Null, the default: ten times that.</summary>
    public TimeSpan? MaxBackoff { get; set; }

    /// <summary>These options, and where they say nothing, those below.</summary>
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
