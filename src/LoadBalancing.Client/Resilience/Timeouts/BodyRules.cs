namespace LoadBalancing.Client;

/// <summary>How long the bodies of answers may take.</summary>
/// <param name="Idle">The longest wait of a read for a body that says its length; infinite for no limit.</param>
/// <param name="IdleWithoutLength">The same for all others.</param>
/// <param name="TimeoutCovers">Whether the time of the call goes on while its body is read. Never where it has no limit.</param>
internal sealed record BodyRules(TimeSpan Idle, TimeSpan IdleWithoutLength, bool TimeoutCovers)
{
    public static readonly TimeSpan DefaultIdle = TimeSpan.FromSeconds(30);

    public static BodyRules From(TimeSpan? idle, bool? timeoutCovers, TimeSpan timeout) =>
        new(idle ?? DefaultIdle, idle ?? Timeout.InfiniteTimeSpan, timeoutCovers == true && timeout != Timeout.InfiniteTimeSpan);
}
