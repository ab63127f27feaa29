namespace LoadBalancing.Client;

/// <summary>Waits like <c>Task.Delay</c>, to the tick, and goes on in the thread that ends the wait also when it is cancelled: the platform's own wait, cancelled, goes on in the thread pool.</summary>
internal static class ClockWait
{
    public static async Task DelayAsync(TimeProvider clock, TimeSpan time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var over = new TaskCompletionSource();
        using ITimer timer = clock.CreateTimer(static over => ((TaskCompletionSource)over!).TrySetResult(), over, time, Timeout.InfiniteTimeSpan);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static (over, token) => ((TaskCompletionSource)over!).TrySetCanceled(token), over);
        await over.Task.ConfigureAwait(false);
    }
}
