using System.Net;
using System.Net.Sockets;
using System.Text;

namespace UdpEcho;

/// <summary>Replies to each datagram with its name and the content of the datagram.</summary>
public sealed class EchoServer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private int _received;

    public EchoServer(string name)
    {
        Name = name;
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = $"udp://{_socket.LocalEndPoint}";
        _serving = ServeAsync();
    }

    public string Name { get; }

    public string Address { get; }

    /// <summary>The number of datagrams received.</summary>
    public int Received => Volatile.Read(ref _received);

    /// <summary>
    /// When this returns, senders get "port unreachable" from the system, as if the server were gone. The port stays reserved: a connected socket receives
    /// datagrams from its peer only, and the peer is the socket itself.
    /// </summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        await _socket.ConnectAsync(_socket.LocalEndPoint!);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        byte[] buffer = new byte[UdpRelay.LargestDatagram];
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, UdpRelay.Anybody, _stop.Token);
                Interlocked.Increment(ref _received);
                byte[] answer = [.. Encoding.UTF8.GetBytes($"{Name}: "), .. buffer.AsSpan(0, received.ReceivedBytes)];
                await _socket.SendToAsync(answer, SocketFlags.None, received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Stopped.
        }
    }
}
