namespace LoadBalancing.Client;

/// <summary>The timeouts of response bodies.</summary>
/// <param name="IdleTimeout">The longest time that one read of a body with a known length may take; infinite for none.</param>
/// <param name="IdleTimeoutWithoutLength">The same for bodies of unknown length.</param>
/// <param name="TimeoutCoversBody">Whether the timeout of the call also covers its response body. False when the call has no timeout.</param>
internal sealed record BodyTimeouts(TimeSpan IdleTimeout, TimeSpan IdleTimeoutWithoutLength, bool TimeoutCoversBody)
{
    public static readonly TimeSpan DefaultIdleTimeout = TimeSpan.FromSeconds(30);

    public static BodyTimeouts From(TimeSpan? idle, bool? timeoutCovers, TimeSpan timeout) =>
        new(idle ?? DefaultIdleTimeout, idle ?? Timeout.InfiniteTimeSpan, timeoutCovers == true && timeout != Timeout.InfiniteTimeSpan);
}
