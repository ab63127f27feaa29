using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace LoadBalancing.Client.TestSupport;

/// <summary>An endpoint source that says what a test tells it to say.</summary>
public sealed class ManualEndpointSource : IEndpointSource
{
    private readonly Channel<IReadOnlyList<EndpointDescription>?> _lists = Channel.CreateUnbounded<IReadOnlyList<EndpointDescription>?>(
        new UnboundedChannelOptions { AllowSynchronousContinuations = true });

    public string Name => "manual";

    /// <summary>How often the watch was started.</summary>
    public int WatchCount { get; private set; }

    public void Push(params EndpointDescription[] list) => _lists.Writer.TryWrite(list);

    /// <summary>Lets the watch fail.</summary>
    public void FailWatch() => _lists.Writer.TryWrite(null);

    public async IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(string serviceName, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        WatchCount++;
        await foreach (IReadOnlyList<EndpointDescription>? list in _lists.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return list ?? throw new InvalidOperationException("The registry is gone.");
        }
    }
}
