using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TcpRelay.Stage;

/// <summary>A server that expects a PROXY header, replies to each line with its name, and sends a goodbye when the client has finished.</summary>
internal sealed class DemoServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _connections = [];

    public DemoServer(string name)
    {
        Name = name;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Name { get; }

    public string Address => $"tcp://{_listener.LocalEndpoint}";

    /// <summary>Resets connections and stops listening, like a killed process.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        while (_connections.TryTake(out Socket? connection))
        {
            try
            {
                Tunnel.Reset(connection);
            }
            catch (ObjectDisposedException)
            {
                // The client has finished.
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket connection = await _listener.AcceptSocketAsync();
                _connections.Add(connection);
                _ = ServeAsync(connection);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            using var reader = new StreamReader(stream);
            await using var writer = new StreamWriter(stream) { AutoFlush = true, NewLine = "\n" };

            // PROXY TCP4 source destination port port
            string[] header = (await reader.ReadLineAsync() ?? "").Split(' ');
            while (await reader.ReadLineAsync() is { } line)
            {
                await writer.WriteLineAsync($"{Name}: {line}, {header[2]}:{header[4]}");
            }

            await writer.WriteLineAsync($"{Name}: goodbye");
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The client disconnected, or the server was stopped.
        }
    }
}
