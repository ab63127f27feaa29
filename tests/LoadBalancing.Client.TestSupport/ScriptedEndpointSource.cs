using System.Threading.Channels;

namespace LoadBalancing.Client.TestSupport;

/// <summary>A source of endpoints that says what it is told to, when it is told to.</summary>
public sealed class ScriptedEndpointSource : IEndpointSource
{
    private readonly Channel<IReadOnlyList<EndpointDescription>> _lists = Channel.CreateUnbounded<IReadOnlyList<EndpointDescription>>();

    public string Name => "registry";

    public void Push(params EndpointDescription[] endpoints) => _lists.Writer.TryWrite(endpoints);

    public IAsyncEnumerable<IReadOnlyList<EndpointDescription>> WatchAsync(string serviceName, CancellationToken cancellationToken) =>
        _lists.Reader.ReadAllAsync(cancellationToken);
}
