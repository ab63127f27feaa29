using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>
/// Relays bytes between clients and a server, and can drop its current connections silently: it keeps receiving, as a kernel does, and forwards nothing. New
/// connections are relayed.
/// </summary>
internal sealed class DroppingRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly IPEndPoint _server;
    private int _forgotten;
    private int _connections;

    public DroppingRelay(IPEndPoint server)
    {
        _server = server;
        _listener.Start();
        _ = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Drops the current connections.</summary>
    public void Drop() => Volatile.Write(ref _forgotten, Volatile.Read(ref _connections));

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync();
                int number = Interlocked.Increment(ref _connections);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                _sockets.Add(client);
                _sockets.Add(server);
                await server.ConnectAsync(_server);
                _ = PumpAsync(client, server, number);
                _ = PumpAsync(server, client, number);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The relay is closed.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, int number)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer)) > 0)
            {
                if (number > Volatile.Read(ref _forgotten))
                {
                    await to.SendAsync(buffer.AsMemory(0, read));
                }
            }

            if (number > Volatile.Read(ref _forgotten))
            {
                to.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Either side has closed.
            from.Dispose();
            to.Dispose();
        }
    }
}
