using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace LoadBalancing.Client.TestSupport;

/// <summary>
/// An endpoint source that is controlled by a test. What is sent to a running watch has been applied when the method returns; before that it is kept for the
/// watch, which starts on the thread pool, or immediately on a clock whose timers fire while they are armed.
/// </summary>
public sealed class ManualEndpointSource(string name = "manual") : IEndpointSource
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Channel<IReadOnlyList<EndpointDescription>?> _updates = Channel.CreateUnbounded<IReadOnlyList<EndpointDescription>?>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = true });

    private int _sent;
    private int _applied;
    private int _watches;

    public string Name => name;

    /// <summary>The number of times the watch was started.</summary>
    public int WatchCount { get; private set; }

    /// <summary>Sends an endpoint update.</summary>
    public void Push(params EndpointDescription[] endpoints) => Send(endpoints);

    /// <summary>Makes the watch fail.</summary>
    public void FailWatch() => Send(null);

    public async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(
        string serviceName,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        WatchCount++;
        Interlocked.Increment(ref _watches);
        try
        {
            await foreach (IReadOnlyList<EndpointDescription>? update in _updates.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (update is null)
                {
                    Interlocked.Increment(ref _applied);
                    throw new InvalidOperationException("The registry is gone.");
                }

                yield return update;
                Interlocked.Increment(ref _applied);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watches);
        }
    }

    private void Send(IReadOnlyList<EndpointDescription>? update)
    {
        int sent = Interlocked.Increment(ref _sent);
        _updates.Writer.TryWrite(update);
        SpinWait.SpinUntil(() => Volatile.Read(ref _watches) == 0 || Volatile.Read(ref _applied) >= sent, Limit);
    }
}
