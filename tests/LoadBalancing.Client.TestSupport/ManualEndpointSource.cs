using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace LoadBalancing.Client.TestSupport;

/// <summary>An endpoint source that is controlled by a test.</summary>
public sealed class ManualEndpointSource(string name = "manual") : IEndpointSource
{
    private readonly Channel<IReadOnlyList<EndpointDescription>?> _updates = Channel.CreateUnbounded<IReadOnlyList<EndpointDescription>?>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = true });

    public string Name => name;

    /// <summary>The number of times the watch was started.</summary>
    public int WatchCount { get; private set; }

    /// <summary>Sends an endpoint update.</summary>
    public void Push(params EndpointDescription[] endpoints) => _updates.Writer.TryWrite(endpoints);

    /// <summary>Makes the watch fail.</summary>
    public void FailWatch() => _updates.Writer.TryWrite(null);

    public async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(
        string serviceName,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        WatchCount++;
        await foreach (IReadOnlyList<EndpointDescription>? update in _updates.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return update ?? throw new InvalidOperationException("The registry is gone.");
        }
    }
}
