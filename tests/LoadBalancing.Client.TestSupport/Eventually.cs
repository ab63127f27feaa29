using System.Runtime.CompilerServices;
using Xunit;

namespace LoadBalancing.Client.TestSupport;

/// <summary>For what comes about by itself and sends no signal, such as the work of the garbage collector or of a server that notices a closed connection. Not for time: that is faked.</summary>
public static class Eventually
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static async Task IsTrue(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Timeout, $"Waited {Timeout.TotalSeconds} s in vain for: {what}");
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Collects garbage until the condition holds.</summary>
    public static Task IsTrueAfterCollection(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? what = null) => IsTrue(
        () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return condition();
        },
        what);
}
