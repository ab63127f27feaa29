using System.Net;
using System.Net.Sockets;

namespace LoadBalancing.Client.TestSupport;

/// <summary>Accepts connections and runs a script on each, to simulate behavior of which regular servers are not capable.</summary>
public sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<RawConnection, Task> _script;
    private readonly Task _accepting;
    private int _connections;

    public RawServer(Func<RawConnection, Task> script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public int ConnectionsAccepted => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        // In this order, because a stopped listener throws when the loop accepts the next connection.
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                running.Add(RunAsync(socket));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task RunAsync(Socket socket)
    {
        using var connection = new RawConnection(socket, _stop.Token);
        try
        {
            await _script(connection);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            // The client disconnected, or the test has ended.
        }
    }
}
