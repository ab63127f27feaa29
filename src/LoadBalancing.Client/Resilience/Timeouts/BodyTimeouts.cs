namespace LoadBalancing.Client;

/// <summary>How long the bodies of answers may take.</summary>
/// <param name="IdleTimeout">The longest wait of a read for a body that says its length; infinite for no limit.</param>
/// <param name="IdleTimeoutWithoutLength">The same for all others.</param>
/// <param name="TimeoutCoversBody">Whether the time of the call goes on while its body is read. Never where it has no limit.</param>
internal sealed record BodyTimeouts(TimeSpan IdleTimeout, TimeSpan IdleTimeoutWithoutLength, bool TimeoutCoversBody)
{
    public static readonly TimeSpan DefaultIdleTimeout = TimeSpan.FromSeconds(30);

    public static BodyTimeouts From(TimeSpan? idle, bool? timeoutCovers, TimeSpan timeout) =>
        new(idle ?? DefaultIdleTimeout, idle ?? Timeout.InfiniteTimeSpan, timeoutCovers == true && timeout != Timeout.InfiniteTimeSpan);
}
