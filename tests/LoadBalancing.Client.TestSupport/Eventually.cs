using System.Runtime.CompilerServices;
using Xunit;

namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// Waits for conditions without a signal, such as garbage collection or a server's detection of a closed connection. Not for time, which tests fake.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static async Task IsTrue(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? description = null)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Timeout, $"Timed out after {Timeout.TotalSeconds} s waiting for: {description}");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Collects garbage until the condition is true.</summary>
    public static Task IsTrueAfterCollection(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? description = null) => IsTrue(
        () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return condition();
        },
        description);
}
