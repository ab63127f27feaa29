using System.Diagnostics;

namespace LoadBalancing.Client.Tests.Runtime;

/// <summary>
/// Foreign code that throws on a timer, in a callback or in a finalizer. Each scenario is a process, which exits with 134 if the exception escapes.
/// </summary>
public sealed class ForeignCodeInTheBackgroundTests
{
    [Theory]
    [InlineData("strategy-throws-at-its-second-build")]
    [InlineData("strategy-throws-at-its-first-build")]
    [InlineData("weight-becomes-negative-after-the-update")]
    [InlineData("sink-throws-at-EndpointEjected")]
    [InlineData("sink-throws-at-EndpointRestored")]
    [InlineData("sink-throws-at-HealthCheckFailed")]
    [InlineData("sink-throws-at-EndpointsChanged")]
    [InlineData("sink-throws-at-LeaseReclaimed")]
    [InlineData("meter-listener-throws-at-the-ejection")]
    [InlineData("probe-registers-a-callback-that-throws")]
    [InlineData("transport-registers-a-callback-that-throws")]
    public async Task The_process_lives_on_after(string scenario)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "LoadBalancing.Client.TestHost.dll"), scenario])
            {
                RedirectStandardError = true,
            },
        };
        process.Start();
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (process.ExitCode, error));
    }
}
