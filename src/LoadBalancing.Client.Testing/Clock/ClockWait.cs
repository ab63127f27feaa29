namespace LoadBalancing.Client;

/// <summary>
/// Waits like <c>Task.Delay</c>, to the tick, but always continues on the thread that ends the wait. A cancelled <c>Task.Delay</c> continues on the thread
/// pool.
/// </summary>
internal static class ClockWait
{
    public static async Task DelayAsync(TimeProvider clock, TimeSpan time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var completion = new TaskCompletionSource();
        using ITimer timer = clock.CreateTimer(
            static completion => ((TaskCompletionSource)completion!).TrySetResult(), completion, time, Timeout.InfiniteTimeSpan);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (completion, token) => ((TaskCompletionSource)completion!).TrySetCanceled(token), completion);
        await completion.Task.ConfigureAwait(false);
    }
}
