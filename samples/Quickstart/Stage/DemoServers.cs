using System.Collections;

namespace Quickstart;

/// <summary>The running servers of the demo.</summary>
internal sealed class DemoServers : IReadOnlyList<DemoServer>, IAsyncDisposable
{
    private readonly DemoServer[] _servers;

    private DemoServers(int count) => _servers = [.. Enumerable.Range(1, count).Select(number => new DemoServer($"server {number}"))];

    public int Count => _servers.Length;

    public DemoServer this[int index] => _servers[index];

    public static async Task<DemoServers> StartAsync(int count, CancellationToken cancellationToken)
    {
        var servers = new DemoServers(count);
        await Task.WhenAll(servers.Select(server => server.StartAsync(cancellationToken)));
        return servers;
    }

    public IEnumerator<DemoServer> GetEnumerator() => _servers.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public async ValueTask DisposeAsync() => await Task.WhenAll(_servers.Select(server => server.DisposeAsync().AsTask()));
}
