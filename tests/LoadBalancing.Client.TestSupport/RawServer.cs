using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LoadBalancing.Client.TestSupport;

/// <summary>Accepts connections and does with each exactly what its script says, byte by byte: for what no well-behaved server can be made to do.</summary>
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
        // In this order: a listener that is stopped between two connections refuses to wait for the next one.
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
            // The client went first, or the test is over.
        }
    }
}

/// <summary>One connection to a <see cref="RawServer"/>.</summary>
public sealed class RawConnection : IDisposable
{
    private readonly Socket _socket;

    public RawConnection(Socket socket, CancellationToken stopped)
    {
        _socket = socket;
        Stopped = stopped;
        Stream = new NetworkStream(socket);
    }

    public NetworkStream Stream { get; }

    /// <summary>Cancelled when the server goes.</summary>
    public CancellationToken Stopped { get; }

    /// <summary>Reads a request up to the end of its headers, which is all there is of a GET.</summary>
    public async Task<string> ReadHeadersAsync()
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await Stream.ReadExactlyAsync(one, Stopped);
            text.Append((char)one[0]);
        }

        return text.ToString();
    }

    public Task WriteAsync(string text) => Stream.WriteAsync(Encoding.ASCII.GetBytes(text), Stopped).AsTask();

    /// <summary>Ends the connection with a TCP reset instead of an orderly close.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Close();
    }

    public void Dispose()
    {
        Stream.Dispose();
        _socket.Dispose();
    }
}
