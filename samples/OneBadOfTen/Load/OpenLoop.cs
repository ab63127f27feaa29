using System.Diagnostics;

namespace OneBadOfTen;

/// <summary>
/// Calls at a fixed rate, whether or not earlier calls have completed, like independent callers. A slow response must not reduce
/// the load.
/// </summary>
internal sealed class OpenLoop(int rate, TimeSpan duration)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// The resolution of timers. A call may be sent this much later than scheduled; a longer delay counts as latency.
    /// </summary>
    private static readonly long Grain = Stopwatch.Frequency * 5 / 1000;

    /// <summary>The time for the last calls to complete. Longer than the timeout of any contender.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(35);

    public async Task<CallResult[]> RunAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(duration + Aftermath);
        var calls = new Task<CallResult>[(int)(rate * duration.TotalSeconds)];
        using var timer = new PeriodicTimer(Tick);
        long start = Stopwatch.GetTimestamp();
        for (int sent = 0; sent < calls.Length; await timer.WaitForNextTickAsync(cancellationToken))
        {
            long now = Stopwatch.GetTimestamp();
            for (long due; sent < calls.Length && (due = start + (sent * Stopwatch.Frequency / rate)) <= now; sent++)
            {
                calls[sent] = CallAsync(client, Math.Min(now, due + Grain), limit.Token);
            }
        }

        CallResult[] results = await Task.WhenAll(calls);
        cancellationToken.ThrowIfCancellationRequested();
        return results;
    }

    private static async Task<CallResult> CallAsync(HttpClient client, long start, CancellationToken cancellationToken)
    {
        CallEnd end;
        try
        {
            using HttpResponseMessage response = await client.GetAsync("/item", cancellationToken);
            end = response.IsSuccessStatusCode ? CallEnd.Success : CallEnd.ErrorStatus;
        }
        catch (Exception exception)
        {
            end = CallEnds.Of(exception);
        }

        return new CallResult(end, Stopwatch.GetElapsedTime(start));
    }
}
