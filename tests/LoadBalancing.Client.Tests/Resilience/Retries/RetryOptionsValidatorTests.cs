namespace LoadBalancing.Client.Tests.Resilience.Retries;

/// <summary>The validation errors of retry options.</summary>
public sealed class RetryOptionsValidatorTests
{
    [Fact]
    public void A_per_try_timeout_above_the_timeout_of_the_call_when_both_are_set() => ReportedErrors.AreExactly(
        static options =>
        {
            options.Timeout = TimeSpan.FromSeconds(5);
            options.Retry.PerTryTimeout = TimeSpan.FromSeconds(6);
        },
        "catalog:Retry:PerTryTimeout: 00:00:06 is longer than Timeout, which is 00:00:05 for all attempts together; lower one or raise the other.");

    [Fact]
    public void An_unknown_retry_condition() => ReportedErrors.AreExactly(
        static options => options.Retry.RetryOn = ["5xx", "always"],
        "catalog:Retry:RetryOn:1: 'always' is unknown; allowed are 5xx, gateway-error, reset, reset-before-request, connect-failure, refused-stream, " +
            "http3-post-connect-failure, per-try-timeout, retriable-4xx, retriable-status-codes, retriable-headers, envoy-ratelimited, cancelled, " +
            "deadline-exceeded, internal, resource-exhausted, unavailable, and statuses like 503.");

    [Fact]
    public void An_invalid_status() => ReportedErrors.AreExactly(
        static options => options.Retry.RetriableStatuses = [429, 700],
        "catalog:Retry:RetriableStatuses:1: '700' cannot be read; expected a status or a range of them, 100 to 599, like 503, 500-599 or 5xx.");

    [Fact]
    public void A_negative_buffer_size() => ReportedErrors.AreExactly(
        static options => options.Retry.MaxBufferedBodySize = -1,
        "catalog:Retry:MaxBufferedBodySize: -1 is not allowed; it must be 0 or more.");
}
