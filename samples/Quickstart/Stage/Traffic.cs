namespace Quickstart;

/// <summary>Makes and counts calls of the load-balanced client, an ordinary <see cref="HttpClient"/>.</summary>
internal sealed class Traffic(HttpClient client)
{
    private long _calls;
    private long _failed;

    public long Calls => Interlocked.Read(ref _calls);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Makes a number of calls, shared among the callers.</summary>
    public Task SendAsync(int calls, int callers, CancellationToken cancellationToken)
    {
        int left = calls;
        return SendWhileAsync(() => Interlocked.Decrement(ref left) >= 0, callers, cancellationToken);
    }

    /// <summary>Makes calls until a condition is true.</summary>
    public Task SendUntilAsync(Func<bool> done, int callers, CancellationToken cancellationToken) =>
        SendWhileAsync(() => !done(), callers, cancellationToken);

    private Task SendWhileAsync(Func<bool> wanted, int callers, CancellationToken cancellationToken)
    {
        return Task.WhenAll(Enumerable.Range(0, callers).Select(_ => CallerAsync()));

        async Task CallerAsync()
        {
            while (wanted())
            {
                bool succeeded = await CallAsync(cancellationToken);
                Interlocked.Increment(ref _calls);
                Interlocked.Add(ref _failed, succeeded ? 0 : 1);
            }
        }
    }

    private async Task<bool> CallAsync(CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync("/", cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException
            || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
