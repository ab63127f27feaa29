using System.Diagnostics;

namespace OneBadOfTen;

/// <summary>
/// Calls at a fixed rate, whether or not earlier ones have come back: that is what callers do who do not know of each other, and a
/// slow answer must not thin out the load that it is measured by.
/// </summary>
internal sealed class OpenLoop(int rate, TimeSpan duration)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// Timers are this coarse: a call is due by its place in the schedule, and may be sent so much later without being slow.
    /// Beyond that its time runs although it is not sent yet.
    /// </summary>
    private static readonly long Grain = Stopwatch.Frequency * 5 / 1000;

    /// <summary>How long the last calls may take. Longer than any contender allows a call by its own rules.</summary>
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

    private static async Task<CallResult> CallAsync(HttpClient client, long began, CancellationToken cancellationToken)
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

        return new CallResult(end, Stopwatch.GetElapsedTime(began));
    }
}
